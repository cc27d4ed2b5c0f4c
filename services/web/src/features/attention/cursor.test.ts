import { expect, test } from 'vitest'
import type { AttentionView, SessionView } from '@orchestra/contracts'
import { cursorAt, moved } from './cursor.ts'

const item = (id: string) => ({ id }) as AttentionView
const session = (id: string, createdAt: string) => ({ id, role: 'executor', status: 'idle', createdAt }) as SessionView
const model = { attention: [item('q1'), item('q2')], sessions: { b: session('b', '2'), a: session('a', '1') } }

test('it starts on the first thing that needs the person', () => expect(cursorAt(model, null)).toBe('a:q1'))
test('what is gone is left for the first', () => expect(cursorAt(model, 'a:answered')).toBe('a:q1'))
test('it walks from the queue into the fleet and stops at the ends', () => {
  expect(moved(model, 'a:q2', 1)).toBe('s:a')
  expect(moved(model, 's:b', 1)).toBe('s:b')
  expect(moved(model, 'a:q1', -1)).toBe('a:q1')
})
test('nothing to stand on', () => expect(cursorAt({ attention: [], sessions: {} }, null)).toBeNull())
