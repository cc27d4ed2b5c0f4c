/** What a request takes, roughly, where the endpoint has not said it. */
import { spentOn } from '@orchestra/contracts'
import type { Allowance, Spent, Tokens } from '@orchestra/contracts'
import type { ModelRequest } from './policy.ts'

/** Bytes of a request's JSON that make a token, at the dense end: code, and text of other scripts. */
const BYTES_PER_TOKEN = 3
/** Of an answer that is not streamed: what a fast model has written of it in a second before its first byte comes. */
const WRITTEN_PER_SECOND = 150

const inputOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)

/** At most, before it is sent: its text, and all of the answer that it asks for. */
export const atMost = ({ model, text, maxTokens }: ModelRequest, prices: Allowance['prices']): Spent =>
  spentOn(model, { input: 0, output: maxTokens, cacheRead: 0, cacheWrite: inputOf(text) }, prices)

/** Of one that was hung up on, and the endpoint had said nothing `ms` after it was sent: its text, and what may have been written by then. */
export const unsaid = ({ text, maxTokens, streamed }: ModelRequest, ms: number): Tokens =>
  ({ input: inputOf(text), output: streamed ? 0 : Math.min(maxTokens, Math.ceil((ms / 1000) * WRITTEN_PER_SECOND)), cacheRead: 0, cacheWrite: 0 })
