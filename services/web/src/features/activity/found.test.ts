import { expect, test } from 'vitest'
import type { SearchHit } from '@orchestra/contracts'
import { isKind, joined } from './found.ts'

const hit = (seq: number, at: string, text = 't') => ({ kind: 'tool', seq, at, session: null, text, message: null }) as SearchHit

test('pages become one list, newest first, each once', () => {
  expect(joined([hit(1, 'a'), hit(2, 'b')], [hit(2, 'b'), hit(3, 'c')]).map((h) => h.seq)).toEqual([3, 2, 1])
})
test('what stands in an address is a kind or none', () => {
  expect([isKind('steps'), isKind('all'), isKind('constructor'), isKind(3)]).toEqual([true, true, false, false])
})
