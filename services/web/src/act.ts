/** Commands with their outcome told to the person: what a button or a key calls. */
import type { AttentionView, CommandInput, CommandName, CommandReply, MergeId, MergeView, SessionView, Sha } from '@orchestra/contracts'
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

const approveNow = (m: MergeView) => act('merge.approve', { merge: m.id, tip: m.tip, targetSha: m.targetSha }, `Merging ${m.session} into ${m.target}`)

/** The attention item of a merge, also where the merge is approved on another page. */
export const attentionOfMerge = (id: MergeId): string => `merge:${id}`

/** Takes effect when the session idles: its container is made anew. */
export const togglePaired = async ({ id, paired }: Pick<SessionView, 'id' | 'paired'>): Promise<void> => {
  if (!(await act('session.pair', { session: id, paired: !paired }))) return
  useUi.getState().toast({ text: `${id}: ${paired ? 'unpairing' : 'pairing'} at its next idle moment`, tone: 'plain', undo: { label: 'Undo', run: () => void act('session.pair', { session: id, paired }) } })
}

type Choice = { label: string; run: () => Promise<unknown> }

const approvalOf = (merge: MergeView | undefined) => async () => { if (merge) await approveNow(merge) }

/** A merge's choices are the page's own: its approval is a command bound to the SHAs that were shown, not a text. */
const mergeChoices = (id: MergeId): Choice[] => [
  { label: 'Approve and merge', run: approvalOf(useStore.getState().merges[id]) },
  { label: 'Not now', run: () => act('merge.cancel', { merge: id }) },
]

/** What a session was refused; its id ends with the host. */
const egressChoice = (item: AttentionView, n: number) => async () => {
  const { session } = item
  if (!session) return null
  const host = item.id.slice(`egress:${session}:`.length)
  return act('egress.decide', { session, host, allow: n === 0 }, n === 0 ? `${host} can be reached now` : `${host} stays refused`)
}

const IMAGE = 'proposal:image:'
const proposalChoice = (item: AttentionView, n: number) => async () => {
  const { checkProposal } = useStore.getState().project?.settings ?? { checkProposal: null }
  if (item.id === 'interrupted') return act('sessions.resume', {}, 'Resuming')
  if (n > 0) return act('attention.dismiss', { id: item.id })
  if (item.id.startsWith(IMAGE)) return act('image.approve', { blob: item.id.slice(IMAGE.length) as Sha }, 'The image is being built')
  return act('settings.save', { checkCommand: checkProposal }, 'Check command saved')
}

/** What an item can be answered with, in the order of the keys 1 to 9. */
export const choicesOf = (item: AttentionView): Choice[] => {
  if (item.kind === 'approval' && item.mergeId) return mergeChoices(item.mergeId)
  if (item.kind === 'proposal') return item.options.map((label, n) => ({ label, run: proposalChoice(item, n) }))
  if (item.kind === 'egress') return item.options.map((label, n) => ({ label, run: egressChoice(item, n) }))
  const { messageId } = item
  if (!messageId) return []
  return item.options.map((label, option) => ({ label, run: () => act('message.answer', { message: messageId, option }) }))
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

/** Sends when the undo time has passed, at once when the page is left or something else is answered. */
const hold = (attention: string, label: string, send: () => void) => {
  // Another choice for the same item takes the first one's place; one for another item lets the first go.
  if (useUi.getState().pending?.attention === attention) undoAnswer()
  else flushAnswer()
  waiting = { timer: setTimeout(flushAnswer, UNDO_MS), send }
  useUi.setState({ pending: { attention, label } })
}

/** Chooses an option; it can be taken back for a moment. */
export const answerOption = (item: AttentionView, option: number) => {
  const choice = choicesOf(item)[option]
  if (choice) hold(item.id, choice.label, () => void choice.run())
}

/** The same yes wherever it is given: bound to the commits that were on the screen at the key press, and to be taken back for a moment. */
export const approve = (m: MergeView) => hold(attentionOfMerge(m.id), `Approve and merge into ${m.target}`, () => void approveNow(m))

/** Answers in words: a question gets an answer, anything else a message to its session. */
export const replyTo = async (item: AttentionView, text: string): Promise<boolean> => {
  const question = item.kind === 'question' || item.kind === 'permission'
  if (question && item.messageId) return (await act('message.answer', { message: item.messageId, text })) !== null
  if (!item.session) return false
  const sent = await act('message.send', { to: item.session, text })
  if (!sent) return false
  useUi.getState().toast({ text: `${item.session}: ${sent.state}`, tone: 'plain' })
  if (item.kind === 'error' || item.kind === 'complete') await act('attention.dismiss', { id: item.id })
  return true
}

if (typeof addEventListener === 'function') addEventListener('pagehide', flushAnswer)
