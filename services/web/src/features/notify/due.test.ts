import { expect, test } from 'vitest'
import type { AttentionView } from '@orchestra/contracts'
import { due, notice } from './due.ts'

const item = (id: string, rank: number, session: string | null, kind = 'question') => ({ id, rank, session, kind, text: `text of ${id}`, title: id }) as AttentionView

test('only what holds somebody up, once', () => {
  const items = [item('a', 0, 'x'), item('b', 1, 'y'), item('c', 3, 'z', 'complete')]
  expect(due(new Set(['a']), items).map((i) => i.id)).toEqual(['b'])
})
test('a burst is one notice', () => {
  expect(notice([])).toBeNull()
  expect(notice([item('a', 1, 'auth')])).toEqual({ title: 'auth asks', body: 'text of a' })
  expect(notice([item('a', 1, 'auth'), item('b', 0, 'billing', 'error')])).toEqual({ title: '2 agents need you', body: 'auth, billing' })
})
