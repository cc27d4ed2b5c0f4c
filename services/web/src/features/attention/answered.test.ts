import type { MessageView, SessionId } from '@orchestra/contracts'
import { expect, test } from 'vitest'
import { answeredElsewhere } from './answered.ts'

const open = { state: 'open', from: { kind: 'session', id: 'auth' as SessionId }, answer: null } as MessageView
const answered = (by: NonNullable<MessageView['answer']>['by'], text = 'Postgres'): MessageView => ({ ...open, state: 'answered', answer: { text, by, at: '2026-01-01T00:00:00Z' } })

test.each([
  ['in the terminal', answered({ kind: 'system', part: 'terminal' }), 'auth was answered in its terminal: Postgres'],
  ['by the designer', answered({ kind: 'session', id: 'designer' as SessionId }), 'designer answered auth: Postgres'],
  ['by the person', answered({ kind: 'person', name: 'owner' }), null],
  ['not yet', open, null],
])('a question that was answered %s', (_how, is, said) => expect(answeredElsewhere(open, is)).toBe(said))

test('an answer that was there before is no news', () => {
  const is = answered({ kind: 'system', part: 'terminal' })
  expect([answeredElsewhere(is, is), answeredElsewhere(undefined, is)]).toEqual([null, null])
})
