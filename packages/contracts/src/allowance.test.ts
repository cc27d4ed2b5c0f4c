import { expect, it } from 'vitest'
import { modelAllowed, overBudget, spentOn } from './allowance.ts'

it('allows a model by its name, its dated releases, or its beginning', () => {
  const rules = ['claude-sonnet-5', 'claude-haiku-*']
  expect(['claude-sonnet-5', 'claude-sonnet-5-20260101', 'claude-haiku-5-5'].map((m) => modelAllowed(rules, m))).toEqual([true, true, true])
  expect(['claude-sonnet-5-5', 'claude-opus-5', 'CLAUDE-SONNET-5', ''].map((m) => modelAllowed(rules, m))).toEqual([false, false, false, false])
  expect(modelAllowed([], 'anything')).toBe(true)
})
it('counts what a request costs by list price, without what was read from the cache', () => {
  const tokens = { input: 1000, output: 100, cacheRead: 50_000, cacheWrite: 10 }
  expect(spentOn('claude-haiku-4-5', tokens, {}).tokens).toBe(1110)
  expect(spentOn('claude-haiku-4-5', tokens, {}).usd).toBeCloseTo(0.0065, 4)
  expect(spentOn('unknown', tokens, {})).toEqual({ usd: 0, tokens: 1110 })
})
it('says what is used up', () => {
  expect(overBudget({ usd: 4.99, tokens: 9 }, { usd: 5, tokens: null })).toBeNull()
  expect(overBudget({ usd: 5, tokens: 9 }, { usd: 5, tokens: null })).toBe('$5.00 of $5.00')
  expect(overBudget({ usd: 0, tokens: 10 }, { usd: 5, tokens: 10 })).toBe('10 of 10 tokens')
  expect(overBudget({ usd: 99, tokens: 99 }, { usd: null, tokens: null })).toBeNull()
})
