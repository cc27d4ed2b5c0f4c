/**
 * Answers that went out as the result of a held call. No prompt hook tells of them; the model has seen one when a request to the
 * model carries it, as a string of its JSON (the result of our tool) or as a string within such a string (a native question's).
 */
import type { MessageId } from '@orchestra/contracts'

/** Enough to know it by; a CLI may cut a long result. */
const mostChars = 200
/** Of a session that never asks its model again. */
const mostKept = 100

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1)

export type Given = { add(id: MessageId, text: string): void; /** Those that this request shows; each is told once. */ seenIn(request: string): MessageId[] }

export const makeGiven = (): Given => {
  const given = new Map<MessageId, string>()
  return {
    add(id, text) {
      given.set(id, quoted(text.slice(0, mostChars)))
      const [oldest] = given.keys()
      if (oldest && given.size > mostKept) given.delete(oldest)
    },
    seenIn(request) {
      const seen = [...given].filter(([, text]) => request.includes(text) || request.includes(quoted(text))).map(([id]) => id)
      for (const id of seen) given.delete(id)
      return seen
    },
  }
}
