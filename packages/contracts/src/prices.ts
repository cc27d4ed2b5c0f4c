/** What model requests cost, in US dollars per million tokens. A model without a price costs an unknown sum, never nothing. */
import type { Tokens } from './views.ts'

/** Day on which the table was held against the provider's published prices. */
export const PRICES_AS_OF = '2026-10-24'

export type Price = {
  input: number
  output: number
  cacheRead: number
  /** Writes that live five minutes, the CLI's default with an API key. */
  cacheWrite: number
  /** Other rates for a request whose whole prompt is longer than this many tokens. */
  long?: { above: number; price: Omit<Price, 'long'> }
}

const price = (input: number, output: number, cacheRead: number): Price => ({ input, output, cacheRead, cacheWrite: input * 1.25 })

const opus4 = price(15, 75, 1.5)
const opus45 = price(5, 25, 0.5)
const sonnet4 = price(3, 15, 0.3)
const fable5 = price(10, 50, 1)
const fable51 = price(10, 50, 0.25)

export const prices: Readonly<Record<string, Price>> = {
  'claude-fable-5': fable5,
  'claude-fable-5-1': fable51,
  'claude-mythos-5': fable5,
  'claude-mythos-5-1': fable51,
  'claude-opus-5-5': price(4, 20, 0.2),
  'claude-opus-5': opus45,
  'claude-opus-4-8': opus45,
  'claude-opus-4-7': opus45,
  'claude-opus-4-6': opus45,
  'claude-opus-4-5': opus45,
  'claude-opus-4-1': opus4,
  'claude-opus-4': opus4,
  'claude-opus-4-0': opus4,
  'claude-sonnet-5-5': price(2, 10, 0.1),
  'claude-sonnet-5': price(2, 10, 0.2),
  'claude-sonnet-4-6': sonnet4,
  'claude-sonnet-4-5': sonnet4,
  'claude-sonnet-4': sonnet4,
  'claude-sonnet-4-0': sonnet4,
  'claude-haiku-5-5': { ...price(0.1, 0.5, 0.01), long: { above: 100_000, price: price(0.5, 2.5, 0.05) } },
  'claude-haiku-4-5': price(1, 5, 0.1),
}

/** The family's name: without a release date, a context marker or a cloud's prefix. */
export const modelFamily = (model: string): string =>
  model.toLowerCase().replace(/^.*?(?=claude-)/, '').replace(/\[.*$/, '').replace(/[@:].*$/, '').replace(/-v\d+$/, '').replace(/-\d{8}$/, '').replace(/-latest$/, '')

/** Dollars of one request; null when the model has no price. `own` goes before the table: an operator's contract, another provider. */
export const costOf = (model: string, tokens: Tokens, own: Readonly<Record<string, Price>> = {}): number | null => {
  const found = own[model] ?? own[modelFamily(model)] ?? prices[modelFamily(model)]
  if (!found) return null
  const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite
  const rate = found.long && prompt > found.long.above ? found.long.price : found
  return (tokens.input * rate.input + tokens.output * rate.output + tokens.cacheRead * rate.cacheRead + tokens.cacheWrite * rate.cacheWrite) / 1_000_000
}
