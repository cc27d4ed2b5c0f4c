import { expect, test } from 'vitest'
import { makeBudget } from './budget.ts'

test('one session can not use up what others need, and all together not more than there is', () => {
  const all = makeBudget(100)
  const [a, b] = [makeBudget(60, all), makeBudget(60, all)]
  expect([a.take(60), a.take(1), b.take(41), b.take(40), b.take(1)]).toEqual([true, false, false, true, false])
  a.give(60)
  expect([b.take(20), b.take(1), a.take(40), a.take(1)]).toEqual([true, false, true, false])
})
