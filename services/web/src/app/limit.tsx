import type { CredentialView, ProjectView } from '@orchestra/contracts'
import { useStore } from '../store.ts'
import { ahead, count } from '../ui/format.ts'
import { useNow } from '../ui/live.ts'
import { oneLine } from '../ui/text.ts'

type Limit = NonNullable<CredentialView['limit']>

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })

const Limited = ({ limit, held }: { limit: Limit; held: ProjectView['held'] }) => {
  const left = useNow((now) => ahead(limit.until, now))
  const holds = held ? [held.sessions.length > 0 && count(held.sessions.length, 'session'), held.messages > 0 && count(held.messages, 'message')].filter((x) => x !== false) : []
  return (
    <p role="status" data-testid="credential-limit" className="flex flex-wrap items-center gap-x-2 border-b border-ask/40 bg-ask/10 px-4 py-2">
      <b className="font-medium">The model endpoint’s limit is reached.</b>
      <span className="text-dim">Nothing is sent before <time dateTime={limit.until} className="nums">{clock.format(new Date(limit.until))}</time>{left && <span className="nums"> (in {left})</span>}, then all goes on by itself.</span>
      {holds.length > 0 && <span className="text-dim" title={held?.sessions.join(', ')}>It holds {holds.join(' and ')}.</span>}
      {limit.text && <span className="w-full truncate text-sm text-faint max-sm:hidden" title={oneLine(limit.text)}>{oneLine(limit.text)}</span>}
    </p>
  )
}

/** A limit of the credential, with its end and what it holds up. */
export const LimitBanner = () => {
  const limit = useStore((s) => s.project?.credential.limit ?? null)
  const held = useStore((s) => s.project?.held ?? null)
  return limit ? <Limited limit={limit} held={held} /> : null
}
