/** Holds the rows against what is there: at start, every 15 s, and when the engine says that something changed. */
import type { ContainerFact, SessionId } from '@orchestra/contracts'
import { problem } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'
import { followBranches, followCheckout, tellBranch } from './follow.ts'
import { failStart } from './start/failure.ts'

/** After this an agentd that was handed its seed should have answered. */
const answerWithinMs = 120_000
/** A container that ends more often than this within the hour is left for the person. */
const restartsAnHour = 3

/** One container as it is now; what has ended without anybody asking is started again, its conversation resumed. */
export const onContainer = async (core: Core, fact: ContainerFact): Promise<void> => {
  const row = await core.store.read.session(fact.session)
  if (!row || row.role === 'check' || row.phase === 'deleted' || row.phase === 'deleting') return
  if (row.container !== fact.state) await record(core, fact)
  const gone = fact.state === 'exited' || fact.state === 'missing'
  if (!gone) return
  if (row.phase === 'running') return restart(core, row, fact)
  if (row.phase === 'starting' && (row.startStep === 'cli' || row.startStep === 'setup') && fact.state === 'exited') {
    await failStart(core, row.id, row.startStep, problem('engine_failed', endedText(fact), { about: row.id, next: 'Read the log, then retry.' }))
  }
}

const endedText = (f: ContainerFact): string => (f.oomKilled ? 'its container ran out of memory.' : `its container ended with exit code ${f.exitCode ?? 'unknown'}.`)

const record = (core: Core, fact: ContainerFact): Promise<void> => core.commit(async (tx) => {
  const row = await tx.session(fact.session)
  if (!row) return
  const now = await tx.now()
  const gone = fact.state === 'exited' || fact.state === 'missing'
  await tx.putSession({ ...row, container: fact.state, containerAt: now, ...(gone ? { linkUp: false, linkAt: now, cli: null } : {}) })
  await tx.event({ type: 'container', session: row.id, actor: system('runtime'), data: { state: fact.state, exitCode: fact.exitCode, oomKilled: fact.oomKilled } })
})

const restart = async (core: Core, row: SessionRow, fact: ContainerFact): Promise<void> => {
  const recent = (await core.store.read.events({ session: row.id, limit: 50, types: ['session.restarted'] }))
    .filter((e) => e.actor.kind === 'system' && Date.parse(e.at) > Date.now() - 3_600_000)
  if (recent.length >= restartsAnHour) {
    return failStart(core, row.id, 'container', problem('engine_failed', `${endedText(fact)} It was started again ${restartsAnHour} times within an hour.`, { about: row.id, next: 'Read the log, then restart it.' }))
  }
  await core.commit(async (tx) => {
    const s = await tx.session(row.id)
    if (s?.phase !== 'running') return
    await tx.putSession({ ...s, phase: 'starting', startStep: 'container', lastEventAt: await tx.now() })
    await tx.event({ type: 'session.restarted', session: s.id, actor: system('reconcile'), data: { why: endedText(fact) } })
    await tx.effect({ kind: 'session.start', lane: `session:${s.id}`, payload: {}, session: s.id, actor: system('reconcile') })
  })
}

const overdue = (s: SessionRow): boolean =>
  s.phase === 'starting' && s.startStep === 'cli' && !s.linkUp && s.containerAt !== null && Date.now() - Date.parse(s.containerAt) > answerWithinMs

export const reconcile = async (core: Core): Promise<void> => {
  const listed = await core.runtime.list()
  if (!listed.ok) throw new Error(listed.problem.message)
  const seen = new Map<SessionId, ContainerFact>(listed.value.containers.map((c) => [c.session, c]))
  for (const s of await core.store.read.sessions()) {
    if (s.phase === 'deleted' || s.phase === 'queued' || s.container === null) continue
    await onContainer(core, seen.get(s.id) ?? { session: s.id, state: 'missing', exitCode: null, oomKilled: false, startedAt: null })
    if (overdue(s)) await failStart(core, s.id, 'cli', problem('timed_out', 'its container did not answer.', { about: s.id }))
  }
  await followCheckout(core)
  await followBranches(core)
  for (const s of await core.store.read.sessions()) {
    if (s.phase !== 'running') continue
    await tellBranch(core, s.id)
    // A merge or rebase that was open on the host may be over: its agent tries again.
    if (s.badges.includes('import waiting') && s.linkUp) await core.bus.control(s.id, { type: 'sync' })
  }
}
