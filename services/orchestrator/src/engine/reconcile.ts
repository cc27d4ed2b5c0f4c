/** Holds the rows against what is there: at start, every 15 s, and when the engine says that something changed. */
import type { ContainerFact, SessionId } from '@orchestra/contracts'
import { problem } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import { onContainer } from './containers.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'
import { followBranches, followCheckout, tellBranch } from './follow.ts'
import { reconcileLeftovers } from './leftovers.ts'
import { renewIfIdle } from './renew.ts'
import { failStart } from './start/failure.ts'
import { startEffect } from './queue.ts'

/** After this an agentd that was handed its seed should have answered. */
const answerWithinMs = 120_000

/** When each silent container was first seen so, by a clock that nobody sets and that stands still in a sleep of the machine. */
const silentSince = new WeakMap<Core, Map<SessionId, { container: string; first: number }>>()

const overdue = (core: Core, s: SessionRow): boolean => {
  const since = silentSince.get(core) ?? new Map<SessionId, { container: string; first: number }>()
  silentSince.set(core, since)
  if (s.phase !== 'starting' || s.startStep !== 'cli' || s.linkUp || s.containerAt === null) {
    since.delete(s.id)
    return false
  }
  const known = since.get(s.id)
  const silent = known?.container === s.containerAt ? known : { container: s.containerAt, first: performance.now() }
  since.set(s.id, silent)
  return performance.now() - silent.first > answerWithinMs
}

/** A start that nobody works on: its effect was given up while the database was away. */
const resumeStart = async (core: Core, s: SessionRow): Promise<void> => {
  if (s.phase !== 'starting' || s.startStep === 'cli' || s.startStep === 'setup') return
  if ((await core.store.read.pendingEffects(`session:${s.id}`)) > 0) return
  await core.commit(async (tx) => { if ((await tx.session(s.id))?.phase === 'starting') await startEffect(tx, s.id, system('reconcile')) })
}

/** An effect that a crash of the database took away, or that was given up: what was decided is still to be done. */
const resumeLeaving = async (core: Core, s: SessionRow): Promise<void> => {
  const kind = s.phase === 'deleting' ? 'session.remove' : s.phase === 'archiving' ? 'session.archive' : null
  if (kind === null || (await core.store.read.pendingEffects(`session:${s.id}`)) > 0) return
  await core.commit(async (tx) => { if ((await tx.session(s.id))?.phase === s.phase) await tx.effect({ kind, lane: `session:${s.id}`, payload: {}, session: s.id, actor: system('reconcile') }) })
}

/** Frozen or thawed by another hand, or by an effect that was given up. */
const squareUp = async (core: Core, s: SessionRow, seen: ContainerFact | undefined): Promise<void> => {
  const kind = s.phase === 'running' && seen?.state === 'paused' ? 'session.unpause' : s.phase === 'paused' && seen?.state === 'running' ? 'session.pause' : null
  if (kind === null || (await core.store.read.pendingEffects(`session:${s.id}`)) > 0) return
  await core.commit(async (tx) => { if ((await tx.session(s.id))?.phase === s.phase) await tx.effect({ kind, lane: `session:${s.id}`, payload: {}, session: s.id, actor: system('reconcile') }) })
}

/** Containers of ours whose session is deleted, or was never there. Volumes stay: only a deletion that brought the work home removes them. */
const removeOrphans = async (core: Core, containers: ContainerFact[], rows: Map<SessionId, SessionRow>): Promise<void> => {
  for (const { session } of containers) {
    const row = rows.get(session)
    // A row that is deleted now may have been restored by the time this is done; its own start makes the container again.
    if (row === undefined || row.phase === 'deleted' || row.phase === 'archived') await core.runtime.remove(session, false)
  }
}

export { onContainer }

export const reconcile = async (core: Core): Promise<void> => {
  const before = await core.store.read.sessions()
  const listed = await core.runtime.list()
  if (!listed.ok) throw new Error(listed.problem.message)
  const seen = new Map<SessionId, ContainerFact>(listed.value.containers.map((c) => [c.session, c]))
  for (const s of before) {
    await resumeLeaving(core, s)
    if (['deleted', 'deleting', 'archiving', 'archived', 'queued'].includes(s.phase)) continue
    await resumeStart(core, s)
    await squareUp(core, s, seen.get(s.id))
    if (s.renewWhenIdle) await renewIfIdle(core, s.id)
    if (s.container === null) continue
    await onContainer(core, seen.get(s.id) ?? { session: s.id, state: 'missing', exitCode: null, oomKilled: false, startedAt: null })
    if (overdue(core, s)) await failStart(core, s.id, 'cli', problem('timed_out', 'its container did not answer.', { about: s.id }))
  }
  if (core.outside.lookedAt() === null) {
    core.outside.setLooked(await core.store.read.now())
    core.feed.tick()
  }
  await removeOrphans(core, listed.value.containers, new Map((await core.store.read.sessions()).map((s) => [s.id, s])))
  await reconcileLeftovers(core)
  await followCheckout(core)
  await followBranches(core)
  for (const s of await core.store.read.sessions()) {
    if (s.phase !== 'running') continue
    await tellBranch(core, s.id)
    // A merge or rebase that was open on the host may be over: its agent tries again.
    if (s.badges.includes('import waiting') && s.linkUp) await core.bus.control(s.id, { type: 'sync' })
  }
}
