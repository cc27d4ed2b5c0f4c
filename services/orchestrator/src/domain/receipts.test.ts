import { expect, it } from 'vitest'
import { message, minutesAgo, now, session, sid } from './fixture.ts'
import { becameOf, becameOfAll, whyQueued } from './receipts.ts'
import type { SessionRow } from './rows.ts'

const limit = { text: 'limit', since: minutesAgo(1), until: minutesAgo(-30) } as const
const away: [string, Partial<SessionRow>, RegExp][] = [
  ['is paused by a person', { phase: 'paused', pausedBy: 'person' }, /paused by the person/],
  ['is paused for its budget', { phase: 'paused', pausedBy: 'budget' }, /budget is used up/],
  ['waits for a place', { phase: 'queued' }, /waits for a place/],
  ['starts', { phase: 'starting' }, /is starting/],
  ['did not start', { phase: 'failed' }, /did not start/],
  ['does not answer', { linkUp: false }, /does not answer now/],
  ['has no CLI', { cli: 'exited' }, /CLI of auth is starting/],
  ['stands in a dialog', { cli: 'dialog' }, /waits for an answer itself/],
  ['works', { cli: 'busy' }, /working; it reads it between two steps/],
  ['is idle', {}, /on its way/],
]
it.each(away)('says why a message waits for a session that %s', (_name, row, words) => expect(whyQueued(session(row), null, false, now)).toMatch(words))
it('names the limit, while it lasts', () => {
  expect(whyQueued(session(), limit, false, now)).toBe("the credential's limit holds it until 10:30 UTC")
  expect(whyQueued(session(), { ...limit, until: minutesAgo(1) }, false, now)).toBe('on its way')
})
it('never says more than the receipts', () => {
  const to = { kind: 'session', id: sid('api') } as const
  const of = (given: Parameters<typeof message>[1]) => becameOf(message('note', { to, ...given }), 'on its way', now)
  expect(of({ delivery: 'queued' })).toBe('queued: on its way')
  expect(of({ delivery: 'delivered', deliveredAt: minutesAgo(2 / 60) })).toBe('delivered 2 s ago, not read yet')
  expect(of({ delivery: 'seen', seenAt: minutesAgo(5) })).toBe('read 5 min ago, not answered yet')
  expect(of({ delivery: 'answered', answeredAt: now })).toBe('answered just now')
  expect(of({ delivery: 'failed', deliveryReason: 'its inbox is closed' })).toBe('failed: its inbox is closed')
  expect(becameOf(message('note'), '', now)).toBe('shown to the person')
})
it('counts the receipts of a message to all', () => {
  expect(becameOfAll([{ delivery: 'seen' }, { delivery: 'answered' }, { delivery: 'queued' }])).toBe('to 3: 2 read, 1 queued')
  expect(becameOfAll([])).toBe('there is nobody else')
})
