import { Link } from '@tanstack/react-router'
import type { SearchHit } from '@orchestra/contracts'
import { useStore } from '../../store.ts'
import { timeOf } from '../../ui/format.ts'
import { Marked } from '../../ui/marked.tsx'
import { plainLog } from '../../ui/text.ts'
import { Message } from '../messages/message.tsx'
import { marks } from '../monitor/marks.ts'

const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })

/** A line of a session's timeline among what was found; it leads to its monitor. */
const Entry = ({ hit: h, mark }: { hit: SearchHit; mark: string }) => (
  <li data-testid="search-hit" data-kind={h.kind} data-session={h.session ?? ''} className="border-b border-line py-2">
    <p className="mb-0.5 flex flex-wrap items-center gap-x-2 text-sm text-faint">
      <span aria-hidden className="w-3 text-center">{marks[h.kind]}</span>
      {h.session && <Link to="/s/$id/$tab" params={{ id: h.session, tab: 'monitor' }} className="text-dim hover:underline">{h.session}</Link>}
      <time className="nums" dateTime={h.at} title={new Date(h.at).toLocaleString()}>{day.format(new Date(h.at))} {timeOf(h.at)}</time>
    </p>
    <div className={h.kind === 'error' ? 'text-error' : ''}><Marked text={h.text} mark={mark} /></div>
    {h.detail && (
      <details className="mt-0.5 text-sm text-faint">
        <summary className="cursor-pointer">Details</summary>
        <pre className="wrap mt-1 max-h-80 overflow-auto rounded-md bg-raised p-2 font-mono text-xs text-dim">{plainLog(h.detail)}</pre>
      </details>
    )}
  </li>
)

/** One thing that was found. A message is shown as it is now, not as it was when it was found. */
export const Hit = ({ hit, mark }: { hit: SearchHit; mark: string }) => {
  const id = hit.message?.id
  const message = useStore((s) => (id ? s.messages[id] : undefined)) ?? hit.message
  return message ? <Message message={message} mark={mark} linked /> : <Entry hit={hit} mark={mark} />
}
