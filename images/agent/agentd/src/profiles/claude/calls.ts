/** Which call a permission request is about: it does not say. Dialogs come one after the other, in the order of their calls. */
import { randomUUID } from 'node:crypto'

/** Calls at a time; one that never ends must not be kept for ever. */
const OPEN_CALLS = 200

type Call = { what: string; asked: boolean }

export type OpenCalls = {
  begun(call: string, tool: string, input: unknown): void
  ended(call: string): void
  /** The oldest call of this tool with this input that has begun and was not asked about; an id of its own where there is none. */
  asked(tool: string, input: unknown): string
}

const whatOf = (tool: string, input: unknown): string => `${tool} ${JSON.stringify(input)}`

export const openCalls = (): OpenCalls => {
  const open = new Map<string, Call>()
  return {
    begun(call, tool, input) {
      open.set(call, { what: whatOf(tool, input), asked: false })
      const [oldest] = open.keys()
      if (oldest !== undefined && open.size > OPEN_CALLS) open.delete(oldest)
    },
    ended: (call) => void open.delete(call),
    asked(tool, input) {
      const what = whatOf(tool, input)
      const found = [...open].find(([, call]) => call.what === what && !call.asked)
      if (found === undefined) return randomUUID()
      found[1].asked = true
      return found[0]
    },
  }
}
