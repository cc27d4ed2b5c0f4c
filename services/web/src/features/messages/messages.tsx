import { useEffect, useRef } from 'react'
import { read } from '../../api.ts'
import { messagesOf } from '../../model.ts'
import { useStore } from '../../store.ts'
import { Empty } from '../../ui/controls.tsx'
import { useLive } from '../../ui/live.ts'
import { oneLine } from '../../ui/text.ts'
import { act } from '../../act.ts'
import { SendBox } from '../../ui/send-box.tsx'
import { Message } from './message.tsx'

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
      <div className="min-h-0 flex-1 overflow-y-auto px-4" tabIndex={0} role="region" aria-label="Messages of the session">
        <div className="mx-auto max-w-4xl">
          {list.length === 0 && !older.loading && <Empty title="No messages yet.">Questions, errors and reports of this session come here. What you say to it below, too.</Empty>}
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
