/** What a request may take at most, roughly, before the endpoint has said it: its text, and all of the answer that it asks for. */
import { spentOn } from '@orchestra/contracts'
import type { Allowance, Spent } from '@orchestra/contracts'

/** Bytes of a request's JSON that make a token, at the dense end: code, and text of other scripts. */
const BYTES_PER_TOKEN = 3

export const atMost = ({ model, text, maxTokens }: { model: string; text: string; maxTokens: number }, prices: Allowance['prices']): Spent =>
  spentOn(model, { input: 0, output: maxTokens, cacheRead: 0, cacheWrite: Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN) }, prices)
