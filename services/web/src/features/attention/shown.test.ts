import { expect, test } from 'vitest'
import type { AttentionView } from '@orchestra/contracts'
import { awake, steady, stillSnoozed } from './shown.ts'

const item = (id: string) => ({ id }) as AttentionView
const ids = (items: AttentionView[]) => items.map((i) => i.id)

test('what was put off is out of sight until its time', () => {
  const items = [item('a'), item('b')]
  expect(ids(awake(items, { a: 100 }, 99))).toEqual(['b'])
  expect(ids(awake(items, { a: 100 }, 100))).toEqual(['a', 'b'])
  expect(stillSnoozed(items, { a: 100, b: 50, gone: 100 }, 60)).toEqual({ a: 100 })
})

test('nothing moves under who types or points: new ones wait, answered ones go', () => {
  const now = [item('new'), item('b'), item('a')]
  expect(steady(['a', 'b', 'c'], now, true)).toEqual({ items: [item('a'), item('b')], waiting: 1 })
  expect(steady(['a', 'b', 'c'], now, false)).toEqual({ items: now, waiting: 0 })
  // With an empty list nobody looks at anything.
  expect(steady([], now, true)).toEqual({ items: now, waiting: 0 })
  expect(steady(['c'], now, true)).toEqual({ items: now, waiting: 0 })
})
