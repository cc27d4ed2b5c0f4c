import { expect, it } from 'vitest'
import type { AgentEvent } from '@orchestra/contracts'
import { afterEvent } from './agent-facts.ts'
import { message, minutesAgo, now, session, sid } from './fixture.ts'
import type { MessageRow, SessionRow } from './rows.ts'
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
  ['has a dialog', { cli: 'dialog', dialog: 'Trust?' }, 'dialog'],
  ['works, and its last event is a while ago', { cli: 'busy', cliAt: minutesAgo(20), hookAt: minutesAgo(14) }, 'working'],
  ['says that it works, and nothing happens', { cli: 'busy', cliAt: minutesAgo(20), hookAt: minutesAgo(16) }, 'stuck'],
  ['has just begun to work after a long rest', { cli: 'busy', cliAt: minutesAgo(0), hookAt: minutesAgo(600) }, 'working'],
  ['fails at the same command', { cli: 'busy', failing: [{ command: 'npm test', times: 3, at: now }] }, 'stuck'],
  ['asks the same ten times and hears no', { cli: 'busy', failing: [{ command: 'test -e done', times: 10, at: now, no: true }] }, 'stuck'],
  ['looked a few times whether something is there', { cli: 'busy', failing: [{ command: 'test -e done', times: 9, at: now, no: true }] }, 'working'],
  ['failed at it twice', { cli: 'busy', failing: [{ command: 'npm test', times: 2, at: now }] }, 'working'],
  ['failed at it and stopped', { failing: [{ command: 'npm test', times: 5, at: now }] }, 'idle'],
  ['is limited and was interrupted', { limitedUntil: minutesAgo(-5), limitedText: 'too much', interruptedAt: now }, 'limited'],
  ['works again before its limit is over', { limitedUntil: minutesAgo(-5), limitedText: 'too much', cli: 'busy' }, 'working'],
  ['sets up beside a running CLI', { setup: 'running', cli: 'busy' }, 'setup'],
  ['has no place', { phase: 'queued', queueReason: 'full' }, 'queued'],
  ['is deleted', { phase: 'deleted' }, 'deleted'],
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
const facts = (asked: MessageRow[] = []) => ({ asked, now, lookedAt: minutesAgo(600) as string | null, stuckMinutes: 15 })
it.each(cases)('a session that %s', (_name, given, status) => expect(sessionStatus(session(given), facts()).status).toBe(status))
it.each([{ container: 'exited' }, { container: 'missing' }, { linkUp: false, linkAt: minutesAgo(600) }] as const)('is not called lost before anybody has looked since the start: %j', (given) => {
  expect(sessionStatus(session(given), { ...facts(), lookedAt: null })).toMatchObject({ status: 'starting', statusText: expect.stringContaining('not looked') })
  expect(sessionStatus(session(given), facts()).status).toBe('lost')
})
it('gives a link the time to come back after a start of the stack', () => {
  const away = session({ linkUp: false, linkAt: minutesAgo(600) })
  expect(sessionStatus(away, { ...facts(), lookedAt: minutesAgo(0.1) }).status).toBe('starting')
  expect(sessionStatus(away, { ...facts(), lookedAt: minutesAgo(2) }).status).toBe('lost')
})
it('says why it is paused', () => expect(sessionStatus(session({ phase: 'paused', pausedBy: 'disk', pausedText: 'Paused: the disk is nearly full.' }), facts()).statusText).toBe('Paused: the disk is nearly full.'))
it('waits for an answer, whatever its CLI does', () => {
  const question = message('question', { text: 'Which one?\nThis or that' })
  expect(sessionStatus(session({ cli: 'busy' }), facts([question]))).toEqual({ status: 'waiting', statusText: 'Waits for an answer: Which one?', waitsFor: { kind: 'person' }, pausedBy: null })
  expect(sessionStatus(session({ container: 'exited' }), facts([question])).status).toBe('lost')
})
it('says whom it waits for: the designer until its time is over or it passed the question on, a session, or the person', () => {
  const of = (given: Partial<MessageRow>) => sessionStatus(session(), facts([message('question', given)])).waitsFor
  expect(of({ designerUntil: minutesAgo(-1) })).toEqual({ kind: 'designer' })
  expect(of({ designerUntil: minutesAgo(1) })).toEqual({ kind: 'person' })
  expect(of({ designerUntil: minutesAgo(-1), escalatedAt: now })).toEqual({ kind: 'person' })
  expect(of({ to: { kind: 'session', id: sid('api') } })).toEqual({ kind: 'session', id: 'api' })
})
it('says what paused it', () => {
  expect(sessionStatus(session({ phase: 'paused', pausedBy: 'budget', pausedText: null }), facts())).toMatchObject({ pausedBy: 'budget', statusText: 'Paused: its budget is used up.' })
  expect(sessionStatus(session({ phase: 'paused', pausedBy: 'disk', pausedText: '2 % free' }), facts())).toMatchObject({ pausedBy: 'disk', statusText: '2 % free' })
  expect(sessionStatus(session({ phase: 'paused' }), facts())).toMatchObject({ pausedBy: 'person' })
})
it('names the last sign of life of what is stuck', () => {
  const s = sessionStatus(session({ cli: 'busy', cliAt: minutesAgo(40), hookAt: minutesAgo(30), terminalAt: minutesAgo(3), lastActivity: 'Runs npm test' }), facts())
  expect(s.statusText).toBe('Says that it works, and nothing has happened for 30 min. Last: Runs npm test. Its terminal last wrote at 09:57 UTC.')
})
it('counts how often the same command fails, until it succeeds or a new prompt comes', () => {
  const tool = (command: string, ok: boolean) => ({ type: 'tool.finished', at: now, call: 'c', tool: 'Bash', input: { command }, output: '', ok }) as const
  const after = (...events: AgentEvent[]) => events.reduce((row, e) => ({ ...row, ...afterEvent(row, e) }), session({ cli: 'busy' }))
  const fail = tool('npm test', false)
  expect(after(fail, tool('ls', true), fail, fail).failing).toEqual([{ command: 'npm test', times: 3, at: now }])
  expect(after(fail, fail, tool('npm test', true)).failing).toEqual([])
  expect(after(fail, fail, { type: 'prompt', at: now, text: 'x', messages: [] }).failing).toEqual([])
  expect(after({ ...fail, input: 'none' }).failing).toEqual([])
  // `test`, `grep`, `diff` answer no with 1: no failure, and no success that ends a count.
  const no = { ...tool('test -e done', true), exitCode: 1 }
  expect(after(no, no, { ...no, exitCode: 0 }).failing).toEqual([])
  expect(after(no, no).failing).toEqual([{ command: 'test -e done', times: 2, at: now, no: true }])
  expect(after(no, no, tool('test -e done', false)).failing).toEqual([{ command: 'test -e done', times: 1, at: now }])
})
it('is idle while a command that it started runs on, and says so', () => {
  expect(sessionStatus(session({ cliBackground: true }), facts())).toMatchObject({ status: 'idle', statusText: 'Waits for a message. A command that it started runs on in the background.' })
  expect(sessionStatus(session({ cliBackground: true, completedAt: now }), facts())).toMatchObject({ status: 'complete', statusText: expect.stringContaining('in the background') })
})
it('says while it works what keeps its model from answering', () => {
  expect(sessionStatus(session({ cli: 'busy', lastActivity: 'Read a.ts', modelTrouble: { text: 'x says nothing.', at: now, ended: false } }), facts()).statusText).toContain('x says nothing.')
})

it('is not interrupted by the late word of an interrupt once it has answered', () => {
  const interrupted: AgentEvent = { type: 'turn.failed', at: now, error: 'interrupted', text: 'Interrupted.' }
  const late = [{ type: 'prompt', at: now, text: 'Go on', messages: [] }, interrupted] satisfies AgentEvent[]
  const after = [...late, { type: 'turn.ended', at: now, text: 'Here it is.' } satisfies AgentEvent].reduce((row, e) => ({ ...row, ...afterEvent(row, e) }), session({}))
  expect(sessionStatus(after, facts()).status).toBe('idle')
})
