/**
 * Answers that went out as the result of a held call and are not proven to have been read. No prompt hook tells of them: the model has one
 * when a request carries the answer's id (the result of our tool names it) or, of a native question, what the CLI makes of question and answer.
 * A CLI that died before it wrote the result down, or a turn that ended without it, gets the answer again as a message.
 */
import type { MessageId } from '@orchestra/contracts'
import type { Question } from '../asks/held.ts'
import type { InboxEntry } from '../bus/port.ts'

type Waiting = { entry: InboxEntry; shownIn: (request: string) => boolean; at: number }
export type Asked = Pick<Question, 'origin' | 'question'>

export type Given = {
  add(entry: InboxEntry, question: Asked): void
  /** The same answer came again from the bus: this one is to be acknowledged. */
  renew(entry: InboxEntry): boolean
  /** Those that this request shows; they are taken out. */
  seenIn(request: string): InboxEntry[]
  /** Those given before this moment (ms), oldest first; they are taken out. */
  unread(before?: number): InboxEntry[]
  all(): InboxEntry[]
}

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1)

/** The CLI answers with the label of an option, whose description stands behind it. */
const labels = (text: string): string[] => [text, ...[...text.matchAll(/: /g)].map((m) => text.slice(0, m.index))]

const shownIn = (id: MessageId, text: string, asked: Asked): ((request: string) => boolean) => {
  if (asked.origin === 'tool') return (request) => request.includes(id)
  const pairs = labels(text).map((label) => quoted(`"${asked.question}"="${label}"`))
  return (request) => pairs.some((pair) => request.includes(pair) || request.includes(quoted(pair)))
}

export const makeGiven = (): Given => {
  const given = new Map<MessageId, Waiting>()
  const take = (which: (one: Waiting) => boolean): InboxEntry[] => {
    const taken = [...given].filter(([, one]) => which(one))
    for (const [id] of taken) given.delete(id)
    return taken.map(([, one]) => one.entry)
  }
  return {
    add(entry, asked) {
      const id = entry.item.delivery.message
      given.set(id, { entry, shownIn: shownIn(id, entry.item.answer?.text ?? '', asked), at: Date.now() })
    },
    renew(entry) {
      const known = given.get(entry.item.delivery.message)
      if (known) known.entry = entry
      return known !== undefined
    },
    seenIn: (request) => take((one) => one.shownIn(request)),
    unread: (before = Number.POSITIVE_INFINITY) => take((one) => one.at < before),
    all: () => [...given.values()].map((one) => one.entry),
  }
}
