import { expect, test } from 'vitest'
import { limitedUntil, windowOf } from './limits.ts'

const now = Date.parse('2026-01-01T00:00:00Z')

test('the fullest window counts', () => {
  expect(windowOf({ 'anthropic-ratelimit-unified-5h-utilization': '0.4', 'anthropic-ratelimit-unified-7d-utilization': '0.9', 'anthropic-ratelimit-unified-7d-reset': String(now / 1000) }))
    .toEqual({ used: 0.9, resetsAt: '2026-01-01T00:00:00.000Z' })
})
test('an API key has no window', () => expect(windowOf({ 'anthropic-ratelimit-requests-remaining': '5' })).toBeNull())
test('a reset in seconds', () => expect(limitedUntil({ 'anthropic-ratelimit-unified-reset': String(now / 1000 + 60) }, now)).toBe('2026-01-01T00:01:00.000Z'))
test('retry-after', () => expect(limitedUntil({ 'retry-after': '30' }, now)).toBe('2026-01-01T00:00:30.000Z'))
test('the reset of what is used up', () => {
  expect(limitedUntil({ 'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '2026-01-01T00:05:00Z', 'anthropic-ratelimit-requests-remaining': '9', 'anthropic-ratelimit-requests-reset': '2026-01-01T01:00:00Z' }, now))
    .toBe('2026-01-01T00:05:00.000Z')
})
test('nothing known', () => expect(limitedUntil({}, now)).toBeNull())
