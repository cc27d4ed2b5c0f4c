/** What a session is doing, from the facts about it. Nobody stores a status, nobody else infers one. */
import type { SessionStatus } from '@orchestra/contracts'
import type { MessageRow, SessionRow } from './rows.ts'

export type DerivedStatus = { status: SessionStatus; statusText: string }

/** A link that is down this long is no restart of the stack any more. */
export const linkGraceMs = 30_000

const startTexts = {
  branch: 'Making its branch.',
  worktree: 'Writing its files.',
  relay: 'Opening its line to the relay.',
  container: 'Starting its container.',
  setup: 'Running the setup command.',
  cli: 'Starting the coding CLI.',
} as const

const short = (text: string): string => {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}
const is = (status: SessionStatus, statusText: string): DerivedStatus => ({ status, statusText })
const later = (a: string | null, b: string): boolean => a !== null && Date.parse(a) > Date.parse(b)

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
    case 'paused': return is('paused', row.pausedText ?? 'Paused: nothing runs or spends.')
    case 'starting': return row.startStep === 'setup' ? is('setup', startTexts.setup) : is('starting', row.startStep ? startTexts[row.startStep] : 'Starting.')
    case 'running': return null
  }
}

/** Container, link and CLI: is it there at all? */
const byPresence = (row: SessionRow, now: string): DerivedStatus | null => {
  if (row.container === 'exited') return is('lost', 'Its container has ended; it is started again.')
  if (row.container === 'missing') return is('lost', 'Its container is gone; it is started again.')
  if (!row.linkUp) {
    const down = row.linkAt === null ? 0 : Date.parse(now) - Date.parse(row.linkAt)
    return down > linkGraceMs ? is('lost', 'Its container does not answer. Restart the session if it stays so.') : is('starting', 'Waiting for its container to answer.')
  }
  if (row.setup === 'running') return is('setup', startTexts.setup)
  if (row.setup === 'failed') return is('failed', 'The setup command failed. Look at its log, then retry.')
  if (row.cli === 'exited') return is('lost', 'Its coding CLI has ended. Restart the session to go on.')
  if (row.cli === null || row.cli === 'starting') return is('starting', startTexts.cli)
  return null
}

const time = (iso: string): string => `${iso.slice(11, 16)} UTC`

/** It is there: what does it do, or what does it wait for? */
const byWork = (row: SessionRow, open: MessageRow[], now: string): DerivedStatus => {
  const [question] = open
  if (question) return is('waiting', `Waits for ${question.origin === 'permission' ? 'a permission' : 'an answer'}: ${short(question.text)}`)
  if (row.cli === 'dialog') return is('waiting', row.dialog ? `A dialog waits in its terminal: ${short(row.dialog)}` : 'A dialog waits in its terminal.')
  if (row.cli === 'busy') return is('working', row.modelTrouble ? `${short(row.modelTrouble.text)} It is tried again; Interrupt ends the turn.` : row.lastActivity || 'Working.')
  if (row.limitedText !== null && (row.limitedUntil === null || later(row.limitedUntil, now)))
    return is('limited', row.limitedUntil ? `Limited by the model endpoint until ${time(row.limitedUntil)}: ${short(row.limitedText)}` : `Limited by the model endpoint: ${short(row.limitedText)}`)
  if (row.modelTrouble?.ended) return is('interrupted', `Its turn ended without an answer: ${short(row.modelTrouble.text)}`)
  if (row.interruptedAt) return is('interrupted', 'Interrupted. It goes on with your next message.')
  if (row.completedAt) return is('complete', 'Says that it is done: ready for review.')
  return is('idle', row.role === 'designer' ? 'Ready. Tell it what you want.' : 'Waits for a message.')
}

/** `open`: questions that it asked and that wait for an answer, oldest first. `now`: Postgres' clock, ISO. */
export const sessionStatus = (row: SessionRow, open: MessageRow[], now: string): DerivedStatus => byPhase(row) ?? byPresence(row, now) ?? byWork(row, open, now)
