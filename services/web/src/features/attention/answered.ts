/** Says who answered, when it was somebody else: a question that goes by itself leaves nobody wondering where it went. */
import type { MessageView } from '@orchestra/contracts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { oneLine } from '../../ui/text.ts'

const short = (text: string): string => { const line = oneLine(text); return line.length > 100 ? `${line.slice(0, 99)}…` : line }

/** Null: the person answered, here or in another window, or nobody did. */
export const answeredElsewhere = (was: MessageView | undefined, is: MessageView): string | null => {
  if (was?.state !== 'open' || is.state !== 'answered' || !is.answer || is.answer.by.kind === 'person' || is.from.kind !== 'session') return null
  const { by, text } = is.answer
  const who = by.kind === 'session' ? `${by.id} answered ${is.from.id}` : by.part === 'terminal' ? `${is.from.id} was answered in its terminal` : null
  return who && `${who}: ${short(text)}`
}

export const tellAnswers = (): (() => void) => {
  let before = useStore.getState().messages
  return useStore.subscribe(({ messages }) => {
    if (messages === before) return
    for (const [id, message] of Object.entries(messages)) {
      const text = message === before[id] ? null : answeredElsewhere(before[id], message)
      if (text) useUi.getState().toast({ text, tone: 'plain' })
    }
    before = messages
  })
}
