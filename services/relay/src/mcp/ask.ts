/** The `ask` tool: holds its call for the answer, and says so to the CLI every few seconds. */
import { randomUUID } from 'node:crypto'
import type { tools } from '@orchestra/contracts'
import type { z } from 'zod'
import type { Held } from '../asks/held.ts'
import { textResult, toolResult } from './result.ts'
import type { ToolResult } from './result.ts'

const PROGRESS_EVERY = 5000
const LATER = 'asked; go on with what does not depend on it; the answer will arrive as a message'

export type Asking = {
  args: z.output<(typeof tools)['ask']['input']>
  held: Held
  /** ms, where the caller names none; the CLI itself waits for a day */
  wait: number
  gone: AbortSignal
  progress: (seconds: number) => void
  /** Resolves when the call's reply has left (true) or could not (false). */
  replied: Promise<boolean>
}

export const ask = async ({ args, held, wait, gone, progress, replied }: Asking): Promise<ToolResult> => {
  const started = Date.now()
  const beat = setInterval(() => progress(Math.round((Date.now() - started) / 1000)), PROGRESS_EVERY)
  try {
    const { wait: seconds, ...question } = args
    const outcome = await held.ask({ id: randomUUID(), origin: 'tool', ...question }, seconds === undefined ? wait : seconds * 1000, gone)
    if (!outcome.ok) return toolResult(outcome)
    if (outcome.value.kind === 'waiting') return textResult(LATER)
    const { answer, given } = outcome.value
    void replied.then(given)
    // Named, so that it can be told whether the model has it, whatever its words are.
    return textResult(`Answer from ${answer.by}: ${answer.text}\n(answer ${answer.id})`)
  } finally {
    clearInterval(beat)
  }
}
