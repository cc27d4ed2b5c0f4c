/** What a session is doing, from the facts about it. Nobody stores a status, nobody else infers one. */
import type { PausedBy, SessionFacts, SessionStatus, WaitsFor } from '@orchestra/contracts'
import type { Failing, MessageRow, SessionRow } from './rows.ts'

export type DerivedStatus = { status: SessionStatus; statusText: string; waitsFor: WaitsFor | null; pausedBy: PausedBy | null }

export type StatusFacts = {
  /** Questions that it asked and that wait for an answer, oldest first. */
  asked: MessageRow[]
  /** Postgres' clock, ISO. */
  now: string
  /** When containers were first looked at since the orchestrator began, by the same clock; null: not yet. */
  lookedAt: string | null
  /** Without an event for so long, what works counts as stuck. */
  stuckMinutes: number
}

/** A link that is down this long is no restart of the stack any more. */
export const linkGraceMs = 30_000
/** The same command has failed this often, or answered no: it goes in circles. */
const failsInARow = 3
const nosInARow = 10
const loopOf = (row: SessionRow): Failing | undefined => row.failing.findLast((f) => f.times >= (f.no ? nosInARow : failsInARow))

const startTexts = {
  branch: 'Making its branch.',
  worktree: 'Writing its files.',
  relay: 'Opening its line to the relay.',
  container: 'Starting its container.',
  setup: 'Running the setup command.',
  cli: 'Starting the coding CLI.',
} as const
const pauseTexts = {
  person: 'Paused by you: nothing runs or spends.',
  budget: 'Paused: its budget is used up.',
  disk: 'Paused: the disk is nearly full.',
  gitfile: 'Paused: the .git of its worktree was replaced.',
} as const

const short = (text: string): string => {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}
const is = (status: SessionStatus, statusText: string, more: Partial<DerivedStatus> = {}): DerivedStatus => ({ status, statusText, waitsFor: null, pausedBy: null, ...more })
const later = (a: string | null, b: string): boolean => a !== null && Date.parse(a) > Date.parse(b)
const time = (iso: string): string => `${iso.slice(11, 16)} UTC`

/** What was decided says enough while it is not running. */
const byPhase = (row: SessionRow): DerivedStatus | null => {
  switch (row.phase) {
    case 'deleted': return is('deleted', row.branch ? `Deleted; the branch ${row.branch} is kept.` : 'Deleted.')
    case 'deleting': return is('deleted', 'Being deleted.')
    case 'interrupted': return is('interrupted', 'Its container ended with the stack. Continue it to go on where it was.')
    case 'archiving': return is('archived', 'Being archived.')
    case 'archived': return is('archived', 'Archived: no container. Continue it to go on with its conversation, files and messages.')
    case 'failed': return is('failed', row.problem ? row.problem.message : 'Its start failed.')
    case 'queued': return is('queued', row.queueReason ?? 'Waits for a free place.')
    case 'paused': { const pausedBy = row.pausedBy ?? 'person'; return is('paused', row.pausedText ?? pauseTexts[pausedBy], { pausedBy }) }
    case 'starting': return row.startStep === 'setup' ? is('setup', startTexts.setup) : is('starting', row.startStep ? startTexts[row.startStep] : 'Starting.')
    case 'running': return null
  }
}

/** Container, link and CLI: is it there at all? */
const byPresence = (row: SessionRow, { now, lookedAt }: StatusFacts): DerivedStatus | null => {
  const absent = row.container === 'exited' || row.container === 'missing' || !row.linkUp
  // What is known is what the last look before the end saw.
  if (absent && lookedAt === null) return is('starting', 'Orchestra has just started and has not looked at its container yet.')
  if (row.container === 'exited') return is('lost', 'Its container has ended; it is started again.')
  if (row.container === 'missing') return is('lost', 'Its container is gone; it is started again.')
  if (!row.linkUp) {
    // A link has the same time to come back after a start of the stack.
    const down = row.linkAt === null ? 0 : Date.parse(now) - Math.max(Date.parse(row.linkAt), Date.parse(lookedAt ?? now))
    return down > linkGraceMs ? is('lost', 'Its container does not answer. Restart the session if it stays so.') : is('starting', 'Waiting for its container to answer.')
  }
  if (row.setup === 'running') return is('setup', startTexts.setup)
  if (row.setup === 'failed') return is('failed', 'The setup command failed. Look at its log, then retry.')
  if (row.cli === 'exited') return is('lost', 'Its coding CLI has ended. Restart the session to go on.')
  if (row.cli === null || row.cli === 'starting') return is('starting', startTexts.cli)
  return null
}

/** Who is asked now. With the designer until the moment that was set for it, or until it passed the question on. */
export const waitsForOf = (question: MessageRow, now: string): WaitsFor => {
  if (question.to.kind === 'session') return { kind: 'session', id: question.to.id }
  return { kind: question.escalatedAt === null && later(question.designerUntil, now) ? 'designer' : 'person' }
}

const byQuestion = (question: MessageRow, now: string): DerivedStatus => {
  const waitsFor = waitsForOf(question, now)
  const what = question.origin === 'permission' ? 'a permission' : waitsFor.kind === 'person' ? 'an answer' : `an answer of ${waitsFor.kind === 'session' ? waitsFor.id : 'the designer'}`
  return is('waiting', `Waits for ${what}: ${short(question.text)}`, { waitsFor })
}

/** Works, as far as its CLI says. Its last sign of life says whether that can be. */
const byBusy = (row: SessionRow, x: StatusFacts): DerivedStatus => {
  const loop = loopOf(row)
  if (loop) return is('stuck', `The same command has ${loop.no ? 'answered no' : 'failed'} ${loop.times} times: ${short(loop.command)}`)
  const since = [row.hookAt, row.cliAt].reduce<number>((last, at) => Math.max(last, at === null ? 0 : Date.parse(at)), 0)
  const minutes = since === 0 ? 0 : Math.floor((Date.parse(x.now) - since) / 60_000)
  if (minutes < x.stuckMinutes) return is('working', row.modelTrouble ? `${short(row.modelTrouble.text)} It is tried again; Interrupt ends the turn.` : row.lastActivity || 'Working.')
  const terminal = row.terminalAt === null ? '' : ` Its terminal last wrote at ${time(row.terminalAt)}.`
  return is('stuck', `Says that it works, and nothing has happened for ${minutes} min.${row.lastActivity ? ` Last: ${short(row.lastActivity)}.` : ''}${terminal}`)
}

/** It is there: what does it do, or what does it wait for? */
const byWork = (row: SessionRow, x: StatusFacts): DerivedStatus => {
  const [question] = x.asked
  if (question) return byQuestion(question, x.now)
  if (row.cli === 'dialog') return is('dialog', row.dialog ? `A dialog waits in its terminal: ${short(row.dialog)}` : 'A dialog waits in its terminal.', { waitsFor: { kind: 'person' } })
  if (row.cli === 'busy') return byBusy(row, x)
  if (row.limitedText !== null && (row.limitedUntil === null || later(row.limitedUntil, x.now)))
    return is('limited', row.limitedUntil ? `Limit reached; it goes on by itself at ${time(row.limitedUntil)}: ${short(row.limitedText)}` : `Limit reached: ${short(row.limitedText)}`)
  if (row.modelTrouble?.ended) return is('interrupted', `Its turn ended without an answer: ${short(row.modelTrouble.text)}${row.modelTrouble.goesOn ? ' It goes on by itself when the model is reached.' : ''}`)
  if (row.interruptedAt) return is('interrupted', 'Interrupted. It goes on with your next message.')
  const background = row.cliBackground ? ' A command that it started runs on in the background.' : ''
  if (row.completedAt) return is('complete', `Says that it is done: ready for review.${background}`)
  return is('idle', `${row.role === 'designer' ? 'Ready. Tell it what you want.' : 'Waits for a message.'}${background}`)
}

export const sessionStatus = (row: SessionRow, x: StatusFacts): DerivedStatus => byPhase(row) ?? byPresence(row, x) ?? byWork(row, x)

const failureOf = (loop: Failing | undefined): SessionFacts['failing'] => (loop === undefined || loop.no ? null : loop)

/** The facts behind it, for whoever doubts. */
export const sessionFacts = (row: SessionRow, asked: MessageRow[]): SessionFacts => ({
  container: row.container === null ? null : { state: row.container, at: row.containerAt },
  link: { up: row.linkUp, at: row.linkAt },
  cli: row.cli === null ? null : { state: row.cli, at: row.cliAt },
  lastHookAt: row.hookAt,
  lastTerminalAt: row.terminalAt,
  dialogAt: row.cli === 'dialog' ? row.cliAt : null,
  questionAt: asked[0]?.sentAt ?? null,
  failing: failureOf(loopOf(row)),
})
