import { expect, test } from 'vitest'
import type { MessageView } from '@orchestra/contracts'
import { receiptOf } from './receipt.ts'

const message = (over: Partial<MessageView>): MessageView => ({
  kind: 'note', to: { kind: 'session', id: 'auth' }, state: 'none', delivery: 'queued', deliveryReason: null, sentAt: 't0', deliveredAt: null, seenAt: null, answeredAt: null, receivers: [], waitsFor: null, ...over,
} as MessageView)

test('each step says since when, and what it is not yet', () => {
  expect(receiptOf(message({ deliveryReason: 'its container starts' }))).toEqual({ word: 'queued', since: 't0', after: 'its container starts', tone: 'plain' })
  expect(receiptOf(message({ delivery: 'delivered', deliveredAt: 't1' }))).toEqual({ word: 'delivered', since: 't1', after: 'not read yet', tone: 'plain' })
  expect(receiptOf(message({ delivery: 'seen', deliveredAt: 't1', seenAt: 't2' }))).toMatchObject({ word: 'read', since: 't2' })
  expect(receiptOf(message({ delivery: 'answered', seenAt: 't2', answeredAt: 't3' }))).toMatchObject({ word: 'answered', since: 't3' })
  expect(receiptOf(message({ delivery: 'failed', deliveryReason: 'the session was deleted' }))).toMatchObject({ word: 'not delivered: the session was deleted', tone: 'error' })
})

test('a question says whom it waits for', () => {
  const question = (over: Partial<MessageView>) => receiptOf(message({ kind: 'question', to: { kind: 'person' }, state: 'open', ...over }))
  expect(question({ waitsFor: { kind: 'designer' } })).toMatchObject({ word: 'waits for the designer', tone: 'plain' })
  expect(question({ waitsFor: { kind: 'person' } })).toMatchObject({ word: 'waits for you', tone: 'ask' })
  expect(question({ state: 'answered', answeredAt: 't3' })).toMatchObject({ word: 'answered', since: 't3' })
})

test('one to all counts who has read it and who never will', () => {
  const receiver = (session: string, delivery: string) => ({ session, delivery, reason: null, at: 't1' })
  expect(receiptOf(message({ to: { kind: 'all' }, receivers: [receiver('a', 'seen'), receiver('b', 'queued'), receiver('c', 'failed')] as MessageView['receivers'] }))).toEqual({ word: 'read by 1 of 3', since: null, after: '1 not reached', tone: 'error' })
})
