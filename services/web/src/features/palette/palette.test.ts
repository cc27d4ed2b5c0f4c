import { expect, test } from 'vitest'
import { matching, type Entry } from './matching.ts'

const entry = (words: string): Entry => ({ id: words, words, hint: '', run: () => undefined })
const all = [entry('Interrupt search'), entry('search'), entry('rate-limiting'), entry('Activity: search all messages')]
const words = (typed: string) => matching(all, typed).map((e) => e.words)

test('every word counts, a beginning goes first', () => {
  expect(words('')).toHaveLength(4)
  expect(words('sea')).toEqual(['search', 'Interrupt search', 'Activity: search all messages'])
  expect(words('int SEA')).toEqual(['Interrupt search'])
  expect(words('nothing')).toEqual([])
})
