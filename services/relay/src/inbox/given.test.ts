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
  const shows = request(`Answer from owner: yes\n(answer ${yes.item.delivery.message})`)
  expect([given.seenIn(shows), given.seenIn(shows)]).toEqual([[yes], []])
  // Read, and not known to be written down.
  expect(given.all()).toEqual([yes])
  expect([given.take(yes.item.delivery.message), given.all()]).toEqual([yes, []])
})

test.each(['Postgres', 'Postgres: there already'])('an answer to a native question is seen by what the CLI makes of it: %s', (text) => {
  const given = makeGiven()
  const one = answer(text)
  given.add(one, { origin: 'native', question: 'Which "store"?' })
  expect(given.seenIn(request('Your questions have been answered: "Which port?"="Postgres".'))).toEqual([])
  expect(given.seenIn(request('Your questions have been answered: "Which "store"?"="Postgres". Go on.'))).toEqual([one])
})

test('what is not known to be written down can be taken back, with the entry that came last', () => {
  const given = makeGiven()
  const [one, again] = [answer('a'), answer('a')]
  again.item = one.item
  given.add(one, { origin: 'tool', question: 'A?' })
  expect(given.renew(again)).toBe(true)
  given.seenIn(request(`(answer ${one.item.delivery.message})`))
  expect(given.takeAll()).toEqual([again])
  expect(given.renew(again)).toBe(false)
})

test('at the end of a turn what was given in it was read, or never will be', () => {
  const given = makeGiven()
  const [read, unread] = [answer('a'), answer('b')]
  for (const one of [read, unread]) given.add(one, { origin: 'tool', question: 'A?' })
  given.seenIn(request(`(answer ${read.item.delivery.message})`))
  expect(given.over(Date.now() - 1000)).toEqual({ read: [], unread: [] })
  expect(given.over(Date.now() + 1000)).toEqual({ read: [], unread: [unread] })
  expect(given.over(Date.now() + 20_000)).toEqual({ read: [read], unread: [] })
  expect(given.all()).toEqual([])
})
