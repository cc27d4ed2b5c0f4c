/** How runs change, in one place: whoever says that one began or ended commits the same rows and events. */
import { actorName } from '@orchestra/contracts'
import type { Actor, RunId, SessionId, Sha } from '@orchestra/contracts'
import { activityOf } from '../../domain/activity.ts'
import type { NewEvent, RunRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'

export const isOver = (run: RunRow): boolean => run.status !== 'waiting' && run.status !== 'running'

/** Session in whose record a run stands: a check on a merged tree belongs to the session that is merged. */
const recordOf = async (tx: Tx, run: RunRow): Promise<SessionId | null> => (run.mergeId ? ((await tx.merge(run.mergeId))?.session ?? null) : run.session)

const record = async (tx: Tx, event: NewEvent): Promise<void> => {
  const recorded = await tx.event(event)
  const session = event.session ? await tx.session(event.session) : null
  if (recorded && session && session.role !== 'check') await tx.putSession({ ...session, lastActivity: activityOf(recorded) ?? session.lastActivity, lastEventAt: recorded.at })
}

export const beginRun = async (tx: Tx, run: RunRow, tree: Sha | null, now: string, actor: Actor): Promise<void> => {
  if (run.status !== 'waiting') return
  await tx.putRun({ ...run, status: 'running', startedAt: now, tree: run.tree ?? tree })
  await record(tx, { type: 'run.started', session: await recordOf(tx, run), actor, data: { run: run.id, kind: run.kind, command: run.command } })
}

export type RunEnd = { status: 'passed' | 'failed' | 'cancelled'; exitCode: number | null; lastLine: string }

/** Ends it once; what comes later changes nothing. `source` keeps a repeat out of the record. */
export const endRun = async (tx: Tx, id: RunId, end: RunEnd, now: string, actor: Actor): Promise<RunRow | null> => {
  const run = await tx.run(id)
  if (!run || isOver(run)) return run
  const ended: RunRow = { ...run, ...end, lastLine: end.lastLine || run.lastLine, startedAt: run.startedAt ?? now, endedAt: now }
  await tx.putRun(ended)
  const { kind, command, status, exitCode, tree, lastLine } = ended
  await record(tx, { type: 'run.ended', session: await recordOf(tx, run), actor, source: `run/${id}/ended`, data: { run: id, kind, command, status, exitCode, tree, lastLine } })
  return ended
}

export const cancelledBy = (actor: Actor): string => `Cancelled by ${actorName(actor)}.`
