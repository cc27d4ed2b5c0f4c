import { expect, it } from 'vitest'
import { Doc } from 'yjs'
import { editsBetween, rewrite } from './edits.ts'

const texts = ['', 'a', 'one\ntwo\nthree\n', 'one\n2 two\nthree\nfour', '# A\n\nx\n', '😀 a\r\nb', 'x\n'.repeat(500)]

it('turns any text into any other', () => {
  for (const from of texts)
    for (const to of texts) {
      const doc = new Doc()
      doc.getText('t').insert(0, from)
      doc.transact(() => rewrite(doc.getText('t'), to))
      expect(doc.getText('t').toString()).toBe(to)
    }
})
it('leaves what is equal alone', () => {
  expect(editsBetween('one\ntwo red three\nfour\n', 'zero\none\ntwo blue three\nfour\n')).toEqual([
    { at: 0, remove: 0, insert: 'zero\n' },
    { at: 13, remove: 3, insert: '' },
    { at: 13, remove: 0, insert: 'blue' },
  ])
})
it('gives up on detail, not on the result, for a text written anew', () => {
  const random = (seed: number) => Array.from({ length: 9000 }, (_, i) => `${(i * seed) % 7919}`).join('\n')
  const doc = new Doc()
  doc.getText('t').insert(0, random(31))
  rewrite(doc.getText('t'), random(57))
  expect(doc.getText('t').toString()).toBe(random(57))
})
