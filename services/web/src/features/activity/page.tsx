import { useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { act } from '../../act.ts'
import { useStore } from '../../store.ts'
import { Button, Empty, inputClass } from '../../ui/controls.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { oneLine } from '../../ui/text.ts'
import { fleetOf } from '../../model.ts'
import { useUi } from '../../ui-store.ts'
import { SendBox } from '../../ui/send-box.tsx'
import { useFound, type Kinds } from './found.ts'
import { Hit } from './hit.tsx'

/** A search is made when the typing pauses this long. */
const PAUSE_MS = 200

/** Words for one session, or for all of them at once. */
const Say = ({ session }: { session: string }) => {
  const sessions = useStore((s) => s.sessions)
  const running = fleetOf(sessions).filter((s) => s.status !== 'failed' && s.status !== 'lost').length
  const who = session || 'all'
  return (
    <div className="border-t border-line bg-surface p-2.5">
      <SendBox
        draftKey={`activity:${who}`} testId="broadcast-box" button={session ? 'Send' : `Send to all ${running}`} label={session ? `Message to ${session}` : 'Message to every session'}
        placeholder={session ? `Message ${session}` : 'Message every session'}
        send={async (text) => {
          const sent = await act('message.send', { to: who as never, text })
          if (sent && !session) useUi.getState().toast({ text: `To every session: ${sent.state}`, tone: 'plain' })
          return sent !== null
        }}
      />
    </div>
  )
}

const choices: [Kinds, string][] = [['all', 'everything'], ['messages', 'messages'], ['steps', 'what agents did'], ['commits', 'commits and runs'], ['errors', 'errors']]

/** Everything that was said and done, newest first, and the search over it. The address holds what is searched. */
export const ActivityPage = () => {
  const { q = '', session = '', kind = 'all' } = useSearch({ from: '/activity' })
  const navigate = useNavigate({ from: '/activity' })
  const [text, setText] = useState(q)
  const field = useRef<HTMLInputElement>(null)
  const sessions = useStore((s) => s.sessions)
  useEffect(() => { field.current?.focus() }, [])
  useEffect(() => {
    if (text === q) return
    const timer = setTimeout(() => void navigate({ search: (old) => ({ ...old, q: text || undefined }), replace: true }), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, q, navigate])
  const found = useFound(q, session, kind)
  const shown = useDeferredValue(found.hits)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <form role="search" className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2" onSubmit={(e) => e.preventDefault()}>
        <h1 className="text-lg font-semibold max-sm:sr-only">Activity</h1>
        <input ref={field} type="search" data-testid="search-field" aria-label="Search all messages and events" className={`${inputClass} min-w-0 flex-1 basis-40`} placeholder="Search all messages and events" value={text} onChange={(e) => setText(e.target.value)} spellCheck={false} />
        <select aria-label="Session" className={`${inputClass} max-w-48 max-sm:max-w-none`} value={session} onChange={(e) => void navigate({ search: (old) => ({ ...old, session: e.target.value || undefined }), replace: true })}>
          <option value="">all sessions</option>
          {fleetOf(sessions).map((s) => <option key={s.id} value={s.id}>{oneLine(s.title) || s.id}</option>)}
        </select>
        <div role="group" aria-label="Kind" className="flex w-full flex-wrap gap-1">
          {choices.map(([k, words]) => <Button key={k} tone="quiet" className={`min-h-6 ${k === kind ? 'bg-raised text-text' : ''}`} aria-pressed={k === kind} onClick={() => void navigate({ search: (old) => ({ ...old, kind: k === 'all' ? undefined : k }), replace: true })}>{words}</Button>)}
        </div>
      </form>
      <div className="min-h-0 flex-1 overflow-y-auto px-4" tabIndex={0} role="region" aria-label="Found">
        <div className="mx-auto max-w-4xl">
          {found.problem && <div className="py-3"><ProblemNote problem={found.problem} /></div>}
          {!found.loading && shown.length === 0 && (q
            ? <Empty title={`Nothing says “${oneLine(q)}”.`}>Words count at their beginning. Try others, everything, or all sessions.</Empty>
            : <Empty title="Nothing here yet.">What is said, asked and done comes here. Press <b>i</b> for the inbox.</Empty>)}
          <ol aria-label="Found">{shown.map((h) => <Hit key={`${h.kind}${h.seq}${h.text.slice(0, 40)}`} hit={h} mark={q} />)}</ol>
          {found.more && <div className="py-3 text-center"><Button tone="quiet" onClick={() => void found.earlier()}>Earlier</Button></div>}
        </div>
      </div>
      <Say session={session} />
    </div>
  )
}
