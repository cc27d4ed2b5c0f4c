import { expect, it } from 'vitest'
import { costOf, modelFamily } from './prices.ts'

const tokens = { input: 1_000_000, output: 100_000, cacheRead: 2_000_000, cacheWrite: 400_000 }

it('knows a model by its family, whatever date, cloud or marker stands around it', () => {
  for (const name of ['claude-opus-4-5-20251101', 'us.anthropic.claude-opus-4-5-20251101-v1:0', 'claude-opus-4-5@20251101', 'claude-opus-4-5[1m]', 'Claude-Opus-4-5'])
    expect(modelFamily(name)).toBe('claude-opus-4-5')
})
it('adds up the four kinds of tokens', () => expect(costOf('claude-opus-4-5', tokens)).toBeCloseTo(5 + 2.5 + 1 + 2.5))
it('takes the long rate by the whole prompt', () => {
  expect(costOf('claude-haiku-5-5', { input: 1000, output: 0, cacheRead: 99_000, cacheWrite: 0 })).toBeCloseTo(0.0001 + 0.00099)
  expect(costOf('claude-haiku-5-5', { input: 1001, output: 0, cacheRead: 99_000, cacheWrite: 0 })).toBeCloseTo(0.0005005 + 0.00495)
})
it('gives no price for what it does not know, and lets a setting say it', () => {
  expect(costOf('claude-fable-5-2', tokens)).toBeNull()
  expect(costOf('claude-fable-5-2', tokens, { 'claude-fable-5-2': { input: 1, output: 10, cacheRead: 0, cacheWrite: 0 } })).toBeCloseTo(2)
})
