/** The check command on a merged tree, in a fresh container; a tree that passed is not checked again. */
import { randomUUID } from 'node:crypto'
import { SessionId } from '@orchestra/contracts'
import type { RunId, Sha } from '@orchestra/contracts'
import { newRun } from '../../domain/new-rows.ts'
import type { MergeRow, RunRow } from '../../domain/rows.ts'
import type { Core } from '../core.ts'
import { must, system } from '../core.ts'
import type { Bells } from '../runs/bells.ts'
import { endCheckSession, runEnd, startCheckSession } from '../runs/check-session.ts'
import { endRun, isOver } from '../runs/rows.ts'
import { changeMerge } from './change.ts'

const remembered = 2000
export type Checked = { kind: 'passed' } | { kind: 'failed'; run: RunRow } | { kind: 'cancelled' }

const sessionOf = (m: MergeRow): SessionId => SessionId.parse(`check-${m.id.slice(0, 8)}`)

/** What an agent's own container says does not count here: only checks in a container of ours. */
const passedBefore = async (core: Core, tree: Sha, command: string): Promise<boolean> =>
  (await core.store.read.runs(remembered)).some((r) => r.kind === 'merge-check' && r.status === 'passed' && r.tree === tree && r.command === command)

/** Null: the merge was cancelled meanwhile. */
const recordRun = (core: Core, m: MergeRow, tree: Sha, command: string): Promise<RunId | null> => core.commit(async (tx) => {
  const now = await tx.now()
  const row = await tx.merge(m.id)
  if (!row || row.status === 'cancelled') return null
  const id = randomUUID() as RunId
  await tx.putRun({ ...newRun({ id, projectId: core.project, session: sessionOf(m), kind: 'merge-check', command, startedBy: m.approvedBy ?? system('merges'), now }), mergeId: m.id, tree })
  await changeMerge(tx, row, { status: 'checking', statusText: `Running \`${command}\` on the merged tree.`, runId: id, tree }, now, system('merges'))
  return id
})

/** A run that an earlier process of ours began and whose container is still there goes on. */
const goingOn = async (core: Core, m: MergeRow, tree: Sha): Promise<RunId | null> => {
  const run = m.runId ? await core.store.read.run(m.runId) : null
  if (!run || run.tree !== tree) return null
  if (isOver(run)) return run.id
  const there = must(await core.runtime.list()).containers.some((c) => c.session === sessionOf(m) && c.state !== 'missing')
  if (there) return run.id
  await core.commit(async (tx) => endRun(tx, run.id, { status: 'failed', exitCode: null, lastLine: 'Interrupted: started again.' }, await tx.now(), system('merges')))
  return null
}

/** A crash after a cancellation, or between the end of a run and that of its session, leaves a check that nobody waits for. */
export const endLeftover = async (core: Core, m: MergeRow): Promise<void> => {
  const row = await core.store.read.session(sessionOf(m))
  if (row && row.phase !== 'deleted') await endCheckSession(core, row.id)
}

export const checkTree = async (core: Core, bells: Bells, m: MergeRow, tree: Sha, base: Sha): Promise<Checked> => {
  const settings = core.outside.settings(await core.store.read.settings())
  const command = settings.checkCommand
  if (!command || (await passedBefore(core, tree, command))) {
    await endLeftover(core, m)
    return { kind: 'passed' }
  }
  const session = sessionOf(m)
  let run = await goingOn(core, m, tree)
  if (!run) {
    run = await recordRun(core, m, tree, command)
    if (!run) return { kind: 'cancelled' }
    const commands = settings.setupCommand ? [settings.setupCommand, command] : [command]
    const started = await startCheckSession(core, { session, run, tree, base, target: m.target, commands, settings })
    if (!started.ok) await core.commit(async (tx) => endRun(tx, run as RunId, { status: 'failed', exitCode: null, lastLine: `Could not start: ${started.problem.message}` }, await tx.now(), system('merges')))
  }
  const ended = await runEnd(core, bells, session, run)
  await endCheckSession(core, session)
  if (ended.status === 'passed') return { kind: 'passed' }
  return ended.status === 'cancelled' ? { kind: 'cancelled' } : { kind: 'failed', run: ended }
}
