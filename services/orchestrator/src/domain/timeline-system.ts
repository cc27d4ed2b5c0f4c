/** Events of the engine as lines of the monitor. Null: not worth one. */
import { isAtTerminal } from '@orchestra/contracts'
import type { TimelineEntry } from '@orchestra/contracts'
import { short } from './tool-sentence.ts'
import type { EventRow } from './rows.ts'

const commits = (n: number): string => (n === 1 ? '1 commit' : `${n} commits`)
const startSteps = { branch: 'Making its branch', worktree: 'Writing its files', relay: 'Opening its line', container: 'Starting its container', setup: 'Running the setup command', cli: 'Starting the coding CLI' } as const
const runNames = { setup: 'setup', check: 'checks', 'merge-check': 'checks on the merged tree', image: 'image build' } as const
const runEnds = { waiting: 'wait', running: 'run', passed: 'passed', failed: 'failed', cancelled: 'were cancelled' } as const
const kinds = { question: 'Asked', error: 'Reported an error', complete: 'Reported completion', note: 'Wrote', answer: 'Answered' } as const

export const systemLine = (row: Exclude<EventRow, { type: 'agent' }>, by: string): TimelineEntry | null => {
  const entry = (kind: TimelineEntry['kind'], text: string, ok: boolean | null = null, detail?: string): TimelineEntry => ({ seq: row.seq, at: row.at, kind, text, ok, detail })
  switch (row.type) {
    case 'session.spawned': return entry('state', `Created by ${by}${row.data.branch ? ` on branch ${row.data.branch}` : ''}`)
    case 'session.queued': return entry('state', `Queued: ${row.data.reason}`)
    case 'session.step': return entry('state', startSteps[row.data.step], null, row.data.text || undefined)
    case 'session.started': return entry('state', row.data.resumed ? 'Running again' : 'Running', true)
    case 'session.failed': return entry('error', `Start failed${row.data.step ? ` at the step "${row.data.step}"` : ''}: ${row.data.problem.message}`, false, row.data.problem.detail)
    case 'session.paused': return entry('state', row.data.text ?? `Paused by ${by}`, row.data.text ? false : null)
    case 'session.budget': return entry('usage', `Budget set by ${by}: ${[row.data.usd === null ? null : `$${row.data.usd}`, row.data.tokens === null ? null : `${row.data.tokens} tokens`].filter(Boolean).join(', ') || 'as the project says'}`)
    case 'session.continued': return entry('state', `Continued by ${by}`, null, row.data.text ?? undefined)
    case 'session.interrupted': return entry('state', `Interrupted by ${by}`)
    case 'session.restarted': return entry('state', `Restarted: ${row.data.why}`)
    case 'session.paired': return entry('state', row.data.paired ? 'Sees the project\'s checkout from now on' : 'No longer sees the project\'s checkout')
    case 'session.ended': return entry('state', `Ended: ${row.data.why}; waits to be resumed`)
    case 'session.archived': return entry('state', `Archived by ${by}`)
    case 'session.deleted': return entry('state', `Deleted by ${by}`)
    case 'session.restored': return entry('state', `Restored by ${by}`)
    case 'session.applied': return entry('state', `Staged in the checkout by ${by}: ${row.data.files.length} files`, true, row.data.files.join('\n'))
    case 'session.unapplied': return entry('state', `Taken back out of the checkout by ${by}`, true, row.data.files.join('\n'))
    case 'agent.notice': return entry('state', short(row.data.text), null, row.data.text)
    case 'container': return row.data.oomKilled ? entry('error', 'Ran out of memory', false) : row.data.state === 'exited' ? entry('state', `Container ended${row.data.exitCode === null ? '' : ` with code ${row.data.exitCode}`}`) : null
    case 'message.sent': return entry('message', row.actor.kind === 'session' && row.actor.id === row.session ? `${kinds[row.data.kind]}: ${short(row.data.text, 160)}` : `Message from ${by}: ${short(row.data.text, 160)}`, null, row.data.text)
    case 'message.delivered': return row.data.state === 'failed' ? entry('error', `A message could not be delivered: ${row.data.reason ?? 'no reason given'}`, false) : null
    case 'message.answered': return entry('message', `Answered ${isAtTerminal(row.actor) ? 'in the terminal' : `by ${by}`}: ${short(row.data.text, 160)}`, true, row.data.text)
    case 'message.escalated': return entry('message', `The person is asked now: ${row.data.reason}`)
    case 'message.withdrawn': return entry('message', `Question withdrawn: ${short(row.data.reason)}`)
    case 'import.commits': return entry('commit', `${commits(row.data.commits)} on its branch, now at ${row.data.tip.slice(0, 7)}`, true, row.data.flags.join('\n') || undefined)
    case 'import.waiting': return entry('commit', `A commit waits: ${row.data.reason}`)
    case 'import.diverged': return entry('commit', `Branch and agent went apart; the agent's commit ${row.data.pinned.slice(0, 7)} is kept`)
    case 'import.rejected': return entry('error', `A commit was refused: ${row.data.reason}`, false)
    case 'branch.moved': return entry('commit', `The branch was moved by hand to ${row.data.tip.slice(0, 7)}`)
    case 'run.started': return entry('run', `Started ${runNames[row.data.kind]}: ${short(row.data.command)}`)
    case 'run.ended': return entry('run', `${capital(runNames[row.data.kind])} ${runEnds[row.data.status]}${row.data.exitCode ? ` (exit ${row.data.exitCode})` : ''}`, row.data.status === 'passed', row.data.lastLine || undefined)
    case 'merge.requested': return entry('state', `Merge into ${row.data.target} asked for by ${by}`)
    case 'merge.approved': return entry('state', `Merge approved by ${by}`)
    case 'merge.changed': return entry(row.data.status === 'merged' || row.data.status === 'undone' ? 'commit' : 'state', row.data.text, row.data.status === 'merged' ? true : row.data.status === 'conflict' || row.data.status === 'checks_failed' || row.data.status === 'refused' ? false : null)
    case 'usage.limited': return entry('usage', `The model endpoint limits it: ${short(row.data.text)}`, false)
    case 'model.trouble': return entry('usage', short(row.data.text), false, row.data.text)
    case 'usage.limit-over': return entry('usage', row.data.text, true)
    case 'egress.refused': return entry('error', `Could not reach ${row.data.host}:${row.data.port}: ${row.data.reason}`, false)
    case 'egress.decided': return entry('state', `${row.data.host} ${row.data.allowed ? 'allowed' : 'kept refused'} by ${by}`, row.data.allowed)
    default: return null
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
