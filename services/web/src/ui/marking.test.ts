import { expect, test } from 'vitest'
import { pieces } from './marking.ts'

const hits = (text: string, searched: string) => pieces(text, searched).filter((p) => p.hit).map((p) => p.text)

test('beginnings of words, case aside, in any script', () => {
  expect(hits('Rate limiting, limited; unlimited', 'limit')).toEqual(['limit', 'limit'])
  expect(hits('Prüfung der Über-Tests', 'über test')).toEqual(['Über', 'Test'])
})
test('nothing of what is typed is a pattern, and the text stays whole', () => {
  expect(hits('a.b (c)', '.* (')).toEqual([])
  expect(pieces('one two', 'tw').map((p) => p.text).join('')).toBe('one two')
})
