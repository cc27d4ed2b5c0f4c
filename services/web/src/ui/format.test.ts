import { expect, test } from 'vitest'
import { age, compact, count, dollars } from './format.ts'

test('ages', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  expect(['2026-01-01T23:59:51Z', '2026-01-01T23:56:00Z', '2026-01-01T22:00:00Z', '2025-12-30T00:00:00Z', '2026-01-02T00:00:05Z'].map((t) => age(t, now))).toEqual(['9s', '4m', '2h', '3d', '0s'])
})
test('numbers', () => {
  expect([0, 999, 1234, 45_678, 999_499, 1_250_000].map(compact)).toEqual(['0', '999', '1.2k', '46k', '999k', '1.3M'])
  expect([0, 0.004, 1.5].map(dollars)).toEqual(['$0.00', '< $0.01', '$1.50'])
  expect([count(1, 'file'), count(1200, 'file')]).toEqual(['1 file', '1,200 files'])
})
