/**
 * Answers that went out as the result of a held call and are not proven to stand in the conversation. No prompt hook tells of them: the model has
 * read one when a request carries the answer's id (the result of our tool names it) or, of a native question, what the CLI makes of question and
 * answer. The CLI writes the result down some hundred milliseconds later, which agentd's receipt says: a CLI that died before that, or a turn that
 * ended without any such request, gets the answer again as a message.
 */
import type { MessageId } from '@orchestra/contracts'
import type { Question } from '../asks/held.ts'
import type { InboxEntry } from '../bus/port.ts'

type Waiting = { entry: InboxEntry; shownIn: (request: string) => boolean; at: number; shown: boolean }
export type Asked = Pick<Question, 'origin' | 'question'>

export type Given = {
  add(entry: InboxEntry, question: Asked): void
  /** The same answer came again from the bus: this one is to be acknowledged. */
  renew(entry: InboxEntry): boolean
  /** Those that this request is the first to show. */
  seenIn(request: string): InboxEntry[]
  /** The conversation has it. */
  take(id: MessageId): InboxEntry | undefined
  /**
   * A turn is over at this moment (ms). Taken out, oldest first: those that were given in it and no request showed, and those that were read so
   * long ago that the CLI has written them down, of an agentd that says nothing of it.
   */
  over(before: number): { read: InboxEntry[]; unread: InboxEntry[] }
  /** All, oldest first; they are taken out. */
  takeAll(): InboxEntry[]
  all(): InboxEntry[]
}

/** A CLI was seen to end a turn a tenth of a second before it wrote down what that turn began with. */
const WRITTEN_MS = 10_000

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
      given.set(id, { entry, shownIn: shownIn(id, entry.item.answer?.text ?? '', asked), at: Date.now(), shown: false })
    },
    renew(entry) {
      const known = given.get(entry.item.delivery.message)
      if (known) known.entry = entry
      return known !== undefined
    },
    seenIn(request) {
      const now = [...given.values()].filter((one) => !one.shown && one.shownIn(request))
      for (const one of now) one.shown = true
      return now.map((one) => one.entry)
    },
    take: (id) => take((one) => one.entry.item.delivery.message === id)[0],
    over: (before) => ({ read: take((one) => one.shown && one.at < before - WRITTEN_MS), unread: take((one) => !one.shown && one.at < before) }),
    takeAll: () => take(() => true),
    all: () => [...given.values()].map((one) => one.entry),
  }
}
