import { randomUUID } from 'node:crypto'
import type { MessageId } from '@orchestra/contracts'
import { expect, test } from 'vitest'
import type { InboxEntry } from '../bus/port.ts'
import { makeGiven } from './given.ts'

const answer = (text: string): InboxEntry => {
  const id = randomUUID() as MessageId
  return { seq: 1, item: { delivery: { message: id, voice: 'person', text }, answer: { question: randomUUID() as MessageId, text, option: null, by: 'owner' } }, ack: () => undefined, working: () => undefined }
}
const request = (...results: string[]) => JSON.stringify({ tools: [], messages: results.map((text) => ({ role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text }] }] })) })

test('an answer to our tool is seen by its id, not by words that stand there anyway', () => {
  const given = makeGiven()
  const yes = answer('yes')
  given.add(yes, { origin: 'tool', question: 'Sure?' })
  expect(given.seenIn(request('yes, and Answer from owner: yes'))).toEqual([])
  expect(given.seenIn(request(`Answer from owner: yes\n(answer ${yes.item.delivery.message})`))).toEqual([yes])
  expect(given.all()).toEqual([])
})

test.each(['Postgres', 'Postgres: there already'])('an answer to a native question is seen by what the CLI makes of it: %s', (text) => {
  const given = makeGiven()
  const one = answer(text)
  given.add(one, { origin: 'native', question: 'Which "store"?' })
  expect(given.seenIn(request('Your questions have been answered: "Which port?"="Postgres".'))).toEqual([])
  expect(given.seenIn(request('Your questions have been answered: "Which "store"?"="Postgres". Go on.'))).toEqual([one])
})

test('what is not seen can be taken back, with the entry that came last', () => {
  const given = makeGiven()
  const [one, again] = [answer('a'), answer('a')]
  again.item = one.item
  given.add(one, { origin: 'tool', question: 'A?' })
  expect(given.renew(again)).toBe(true)
  expect(given.unread(Date.now() - 1000)).toEqual([])
  expect(given.unread()).toEqual([again])
  expect(given.renew(again)).toBe(false)
})
