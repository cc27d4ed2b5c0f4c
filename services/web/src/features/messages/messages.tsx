import { useEffect, useRef } from 'react'
import type { MessageView } from '@orchestra/contracts'
import { read } from '../../api.ts'
import { messagesOf } from '../../model.ts'
import { useStore } from '../../store.ts'
import { Chip, Empty, type ChipTone } from '../../ui/controls.tsx'
import { timeOf } from '../../ui/format.ts'
import { useLive } from '../../ui/live.ts'
import { Markdown } from '../../ui/markdown.tsx'
import { oneLine } from '../../ui/text.ts'
import { act } from '../../act.ts'
import { SendBox } from '../../ui/send-box.tsx'

const kindTone: Record<MessageView['kind'], ChipTone> = { note: 'plain', question: 'ask', error: 'error', complete: 'review', answer: 'plain' }

const actor = (a: MessageView['from']): string => (a.kind === 'person' ? 'you' : a.kind === 'session' ? a.id : 'orchestra')
const receiver = (t: MessageView['to']): string => (t.kind === 'person' ? 'you' : t.kind === 'all' ? 'everyone' : t.id)

/** How far it got, with the time: a receipt, not a guess. */
const state = (m: MessageView): string => {
  if (m.to.kind === 'person') return m.state === 'none' ? '' : m.state
  if (m.delivery === 'seen' && m.seenAt) return `seen ${timeOf(m.seenAt)}`
  if (m.deliveredAt) return `delivered ${timeOf(m.deliveredAt)}`
  return m.delivery === 'failed' ? 'not delivered' : 'queued'
}

const Message = ({ message: m }: { message: MessageView }) => (
  <li data-testid="message" data-kind={m.kind} data-delivery={m.delivery} data-state={m.state} className="border-b border-line py-2.5">
    <p className="flex flex-wrap items-center gap-2 text-sm text-faint">
      <span className="text-dim">{actor(m.from)} → {receiver(m.to)}</span>
      {m.kind !== 'note' && <Chip tone={kindTone[m.kind]}>{m.kind}</Chip>}
      <time className="nums" dateTime={m.sentAt}>{timeOf(m.sentAt)}</time>
      <span className={`ml-auto ${m.delivery === 'failed' ? 'text-error' : ''}`}>{state(m)}</span>
    </p>
    <Markdown text={m.text} />
    {m.options.length > 0 && <p className="mt-1 flex flex-wrap gap-1">{m.options.map((o, i) => <Chip key={i}>{oneLine(o)}{m.recommended === i && ' ★'}</Chip>)}</p>}
    {m.answer && (
      <div className="mt-1 border-l-2 border-accent/50 pl-2.5">
        <p className="text-sm text-faint">answered by {actor(m.answer.by)} <time className="nums">{timeOf(m.answer.at)}</time></p>
        <Markdown text={m.answer.text} />
      </div>
    )}
  </li>
)

/** Everything that went to and from a session, with receipts. */
export const Messages = ({ session }: { session: string }) => {
  const recent = useStore((s) => s.messages)
  const epoch = useStore((s) => s.epoch)
  const older = useLive(`messages:${session}`, epoch, () => read('messages', {}, { session, limit: 200 }))
  const all = { ...Object.fromEntries((older.value?.messages ?? []).map((m) => [m.id, m])), ...recent }
  const list = messagesOf(all, session)
  const question = list.findLast((m) => m.kind === 'question' && m.state === 'open' && m.from.kind === 'session' && m.from.id === session)
  const end = useRef<HTMLDivElement>(null)
  // In braces: browsers have begun to return a promise here, which React would call as the effect's clean-up.
  useEffect(() => { end.current?.scrollIntoView({ block: 'end' }) }, [list.length])
  const send = async (text: string) => question
    ? (await act('message.answer', { message: question.id, text })) !== null
    : (await act('message.send', { to: session as never, text })) !== null
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto px-4">
        <div className="mx-auto max-w-4xl">
          {list.length === 0 && !older.loading && <Empty title="No messages yet.">Questions, errors and reports of this session come here.</Empty>}
          <ol aria-label="Messages">{list.map((m) => <Message key={m.id} message={m} />)}</ol>
          <div ref={end} />
        </div>
      </div>
      <div className="border-t border-line bg-surface p-2.5">
        <SendBox
          draftKey={`messages:${session}`} testId="reply-box" button={question ? 'Answer' : 'Send'} send={send}
          label={question ? `Answer ${session}` : `Message to ${session}`} placeholder={question ? `Answer: ${oneLine(question.text).slice(0, 80)}` : `Message ${session}`}
        />
      </div>
    </div>
  )
}
