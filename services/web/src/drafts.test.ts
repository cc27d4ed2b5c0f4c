import { expect, test } from 'vitest'
import { withDraft } from './drafts.ts'

test('a draft replaces the one before, an empty one goes, the oldest make room', () => {
  expect(withDraft({ a: 'x', b: 'y' }, 'a', 'z')).toEqual({ b: 'y', a: 'z' })
  expect(withDraft({ a: 'x', b: 'y' }, 'a', '')).toEqual({ b: 'y' })
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, 't']))
  const kept = withDraft(many, 'new', 't')
  expect(Object.keys(kept)).toHaveLength(50)
  expect(Object.keys(kept).at(-1)).toBe('new')
})
