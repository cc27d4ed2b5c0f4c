/** Commands with their outcome told to the person: what a button or a key calls. */
import type { AttentionView, CommandInput, CommandName, CommandReply, MergeView } from '@orchestra/contracts'
import { command, problemText } from './api.ts'
import { useStore } from './store.ts'
import { useUi } from './ui-store.ts'

const UNDO_MS = 3000

/** Sends; a failure becomes a notice and null. */
export const act = async <N extends CommandName>(name: N, input: CommandInput<N>, said?: string): Promise<CommandReply<N> | null> => {
  const result = await command(name, input)
  if (!result.ok) {
    useUi.getState().toast({ text: problemText(result.problem), tone: 'error' })
    return null
  }
  if (said) useUi.getState().toast({ text: said, tone: 'plain' })
  return result.value
}

/** Options of an item as the person sees them. An approval's are the page's own: it is a command bound to SHAs, not a text. */
export const optionsOf = (item: AttentionView): string[] =>
  item.mergeId ? ['Approve and merge', 'Not now'] : item.options

export const approve = (m: MergeView) => act('merge.approve', { merge: m.id, tip: m.tip, targetSha: m.targetSha }, `Merging ${m.session} into ${m.target}`)

const sendOption = async (item: AttentionView, option: number) => {
  if (item.mergeId) {
    const merge = useStore.getState().merges[item.mergeId]
    if (option === 0 && merge) await approve(merge)
    else if (option === 1) await act('merge.cancel', { merge: item.mergeId })
    return
  }
  if (item.messageId) await act('message.answer', { message: item.messageId, option })
}

let waiting: { timer: ReturnType<typeof setTimeout>; send: () => void } | null = null

/** Lets go of an answer that waits for its undo time to pass. */
export const flushAnswer = () => {
  if (!waiting) return
  clearTimeout(waiting.timer)
  const { send } = waiting
  waiting = null
  useUi.setState({ pending: null })
  send()
}

export const undoAnswer = (): boolean => {
  if (!waiting) return false
  clearTimeout(waiting.timer)
  waiting = null
  useUi.setState({ pending: null })
  return true
}

/** Chooses an option; it is sent when the undo time has passed, at once when the page is left. */
export const answerOption = (item: AttentionView, option: number) => {
  const label = optionsOf(item)[option]
  if (label === undefined) return
  flushAnswer()
  waiting = { timer: setTimeout(flushAnswer, UNDO_MS), send: () => void sendOption(item, option) }
  useUi.setState({ pending: { attention: item.id, label } })
}

/** Answers in words: a question gets an answer, anything else a message to its session. */
export const replyTo = async (item: AttentionView, text: string): Promise<boolean> => {
  const question = item.kind === 'question' || item.kind === 'permission'
  if (question && item.messageId) return (await act('message.answer', { message: item.messageId, text })) !== null
  if (!item.session) return false
  const sent = await act('message.send', { to: item.session, text }, `Sent to ${item.session}`)
  if (!sent) return false
  if (item.kind === 'error' || item.kind === 'complete') await act('attention.dismiss', { id: item.id })
  return true
}

if (typeof addEventListener === 'function') addEventListener('pagehide', flushAnswer)
