import { useEffect, useRef } from 'react'
import type { MessageView } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { read } from '../../api.ts'
import { useStore } from '../../store.ts'
import { useLive } from '../../ui/live.ts'
import { Empty } from '../../ui/controls.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { SendBox } from '../../ui/send-box.tsx'
import { oneLine, visible } from '../../ui/text.ts'
import { Clock } from '../../ui/clock.tsx'
import { receiptOf } from '../messages/receipt.ts'
import { Turns } from './turns.tsx'

/** What the person said that the agent has not got yet: it would otherwise vanish between sending and receipt. */
const waiting = (messages: Record<string, MessageView>, session: string): MessageView[] =>
  Object.values(messages)
    .filter((m) => m.from.kind === 'person' && m.to.kind === 'session' && m.to.id === session && (m.delivery === 'queued' || m.delivery === 'delivered' || m.delivery === 'failed'))
    .sort((a, b) => a.seq - b.seq)

/** How far what was just said has come. */
const Outcome = ({ message }: { message: MessageView }) => {
  const { word, since, after, tone } = receiptOf(message)
  return <p className={`mt-1 text-xs ${tone === 'error' ? 'text-error' : 'text-faint'}`}>{oneLine(word)}{since && <> <Clock since={since} /> ago</>}{after && `, ${oneLine(after)}`}</p>
}

export const MessageBox = ({ session }: { session: string }) => {
  const role = useStore((s) => s.sessions[session]?.role)
  const noKey = useStore((s) => s.project?.credential.kind === 'none')
  const who = role === 'designer' ? 'the designer' : session
  return (
    <SendBox
      draftKey={`message:${session}`} testId="message-box" label={`Message to ${who}`} button="Send"
      placeholder={noKey ? 'No model credential yet: it waits until there is one' : `Message ${who}`}
      send={async (text) => (await act('message.send', { to: session as never, text })) !== null}
    />
  )
}

/** The session's conversation in readable turns, with a box to say something. */
export const Conversation = ({ session }: { session: string }) => {
  const version = useStore((s) => `${s.epoch}.${s.activity[session]?.timelineSeq ?? 0}`)
  const messages = useStore((s) => s.messages)
  const status = useStore((s) => s.sessions[session]?.status)
  const live = useLive(`conversation:${session}`, version, () => read('conversation', { session }, { limit: 200 }))
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const turns = live.value?.turns ?? []
  // What stands in the conversation already is not shown a second time.
  const queued = waiting(messages, session).filter((m) => !turns.some((t) => t.by === 'person' && t.at >= m.sentAt && t.text.includes(m.text)))
  const lastLength = turns.at(-1)?.text.length ?? 0
  useEffect(() => {
    const el = scroller.current
    if (el && atEnd.current) el.scrollTop = el.scrollHeight
  }, [turns.length, lastLength, queued.length, session])
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div
        ref={scroller} className="min-h-0 flex-1 overflow-y-auto px-4 py-3" role="log" aria-label="Conversation" tabIndex={0}
        onScroll={(e) => { atEnd.current = e.currentTarget.scrollHeight - e.currentTarget.scrollTop - e.currentTarget.clientHeight < 60 }}
      >
        {live.problem && <ProblemNote problem={live.problem} />}
        {!live.loading && turns.length === 0 && queued.length === 0 && (
          <Empty title="Nothing said yet.">Write below. What you say reaches the agent as your words, in its own conversation.</Empty>
        )}
        {live.value?.more && <p className="pb-2 text-center text-sm text-faint">Earlier turns are in the terminal’s history.</p>}
        <Turns turns={turns} />
        {queued.map((m) => (
          <div key={m.id} className="mt-3 ml-auto w-fit max-w-[85%] rounded-lg border border-dashed border-control/60 px-3 py-2 text-dim">
            <p className="wrap">{visible(m.text)}</p>
            <Outcome message={m} />
          </div>
        ))}
        {status === 'working' && <p className="mt-3 flex items-center gap-2 text-sm text-faint"><span className="working-mark inline-block size-1.5 rounded-full bg-work" /> working</p>}
      </div>
      <div className="border-t border-line bg-surface p-2.5"><MessageBox session={session} /></div>
    </div>
  )
}
