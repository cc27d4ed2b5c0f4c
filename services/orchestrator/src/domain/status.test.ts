import { expect, it } from 'vitest'
import { message, minutesAgo, now, session } from './fixture.ts'
import type { SessionRow } from './rows.ts'
import { sessionStatus } from './status.ts'

const cases: [string, Partial<SessionRow>, string][] = [
  ['waits', {}, 'idle'],
  ['works', { cli: 'busy' }, 'working'],
  ['was told to stop', { interruptedAt: now }, 'interrupted'],
  ['says it is done', { completedAt: now }, 'complete'],
  ['works again after it was done', { completedAt: now, cli: 'busy' }, 'working'],
  ['is limited', { limitedUntil: minutesAgo(-5), limitedText: 'too much' }, 'limited'],
  ['was limited', { limitedUntil: minutesAgo(5), limitedText: 'too much' }, 'idle'],
  ['gets no answer and tries again', { cli: 'busy', modelTrouble: { text: 'x refuses', at: now, ended: false } }, 'working'],
  ['ended its turn without an answer', { modelTrouble: { text: 'x refuses', at: now, ended: true } }, 'interrupted'],
  ['ended its turn at a limit', { limitedUntil: minutesAgo(-5), limitedText: 'too much', modelTrouble: { text: 'x refuses', at: now, ended: true } }, 'limited'],
  ['has a dialog', { cli: 'dialog', dialog: 'Trust?' }, 'waiting'],
  ['lost its container', { container: 'exited' }, 'lost'],
  ['lost its CLI', { cli: 'exited' }, 'lost'],
  ['is silent for a moment', { linkUp: false, linkAt: minutesAgo(0.1) }, 'starting'],
  ['is silent', { linkUp: false, linkAt: minutesAgo(2) }, 'lost'],
  ['starts', { phase: 'starting', startStep: 'container' }, 'starting'],
  ['sets up', { phase: 'starting', startStep: 'setup' }, 'setup'],
  ['is paused with its container gone', { phase: 'paused', container: 'exited' }, 'paused'],
  ['is paused by its budget', { phase: 'paused', pausedBy: 'budget', pausedText: 'Paused: its budget is used up.' }, 'paused'],
  ['failed', { phase: 'failed' }, 'failed'],
]
it.each(cases)('a session that %s', (_name, given, status) => expect(sessionStatus(session(given), [], now).status).toBe(status))
it('says why it is paused', () => expect(sessionStatus(session({ phase: 'paused', pausedBy: 'disk', pausedText: 'Paused: the disk is nearly full.' }), [], now).statusText).toBe('Paused: the disk is nearly full.'))
it('waits for an answer, whatever its CLI does', () => {
  const question = message('question', { text: 'Which one?\nThis or that' })
  expect(sessionStatus(session({ cli: 'busy' }), [question], now)).toEqual({ status: 'waiting', statusText: 'Waits for an answer: Which one?' })
})
it('says while it works what keeps its model from answering', () => {
  expect(sessionStatus(session({ cli: 'busy', lastActivity: 'Read a.ts', modelTrouble: { text: 'x says nothing.', at: now, ended: false } }), [], now).statusText).toContain('x says nothing.')
})
