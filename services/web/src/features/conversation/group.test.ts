import { expect, test } from 'vitest'
import type { ConversationTurn } from '@orchestra/contracts'
import { grouped, stepsOf } from './group.ts'

const turn = (seq: number, by: ConversationTurn['by'], text: string): ConversationTurn => ({ seq, at: '2026-01-01T00:00:00Z', by, name: by, text })

test('neighbouring steps stand together', () => {
  const turns = [turn(1, 'person', 'hi'), turn(2, 'tool', 'a\nb'), turn(3, 'tool', 'c\n'), turn(4, 'agent', 'done'), turn(5, 'tool', 'd')]
  expect(grouped(turns).map((g) => ('turn' in g ? g.turn.seq : g.tools.map((t) => t.seq)))).toEqual([1, [2, 3], 4, [5]])
  expect(stepsOf(turns.slice(1, 3))).toEqual(['a', 'b', 'c'])
})
