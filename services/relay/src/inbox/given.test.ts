import { expect, it } from 'vitest'
import type { MessageId } from '@orchestra/contracts'
import { makeGiven } from './given.ts'

const id = 'a3f1a1c4-7d5e-4c57-9d5b-0a3c1b2d4e5f' as MessageId
const asks = (content: unknown) => JSON.stringify({ messages: [{ role: 'user', content }] })

it('is seen with the first request that carries it, once', () => {
  const given = makeGiven()
  given.add(id, 'Use "memory",\nnot Redis')
  expect(given.seenIn(asks('What else?'))).toEqual([])
  expect(given.seenIn(asks([{ type: 'tool_result', content: 'Answer of owner: Use "memory",\nnot Redis' }]))).toEqual([id])
  expect(given.seenIn(asks('Use "memory",\nnot Redis'))).toEqual([])
})

it('is known within a result that is JSON itself, and by its beginning', () => {
  const given = makeGiven()
  given.add(id, `Say "${'yes '.repeat(100)}"`)
  expect(given.seenIn(asks(JSON.stringify({ answers: { Which: `Say "${'yes '.repeat(60)}` } })))).toEqual([id])
})
