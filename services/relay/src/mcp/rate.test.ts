import { expect, test } from 'vitest'
import { makeRate } from './rate.ts'

test('a window that moves on', () => {
  let now = 0
  const take = makeRate(2, 1000, () => now)
  expect([take(), take(), take()]).toEqual([true, true, false])
  now = 999
  expect(take()).toBe(false)
  now = 1000
  expect([take(), take(), take()]).toEqual([true, true, false])
})
