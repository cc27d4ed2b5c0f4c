import { expect, test } from 'vitest'
import { sentence } from './sentence.ts'

test('many become one sentence', () => {
  const q = (session: string) => ({ word: 'question', session })
  expect(sentence([q('auth')])).toBe('1 new: question from auth.')
  expect(sentence([q('a'), q('b'), { word: 'credential', session: null }, q('d'), q('e')])).toBe('5 new: question from a, question from b, credential and 2 more.')
  expect(sentence([])).toBe('')
})
