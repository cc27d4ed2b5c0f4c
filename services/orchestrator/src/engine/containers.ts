/** What is seen of containers, and what follows from it. */
import type { ContainerFact } from '@orchestra/contracts'
import { link, problem } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'
import { startEffect } from './queue.ts'
import { failStart } from './start/failure.ts'

/** A container that ends by itself more often than this within the hour is left for the person. */
const restartsAnHour = 3
/** 128 and SIGKILL. */
const KILLED = 137
const byItself = 'ended by itself: '

/** One container as it is now; what has ended without anybody asking is started again, its conversation resumed. */
export const onContainer = async (core: Core, fact: ContainerFact): Promise<void> => {
  // What had ended before the first look was ended with the stack, and is no fault of its session.
  const withTheStack = core.outside.lookedAt() === null
  const row = await core.store.read.session(fact.session)
  if (!row || row.role === 'check' || row.phase === 'deleted' || row.phase === 'deleting') return
  if (row.container !== fact.state) await record(core, fact)
  const gone = fact.state === 'exited' || fact.state === 'missing'
  if (!gone) return
  if (row.phase === 'running') return startAgain(core, row, fact, withTheStack)
  if (row.phase === 'starting' && (row.startStep === 'cli' || row.startStep === 'setup')) {
    if (withTheStack || killed(fact)) return startAgain(core, row, fact, withTheStack)
    if (fact.state === 'exited') await failStart(core, row.id, row.startStep, problem('engine_failed', endedText(fact), { about: row.id, next: 'Read the log, then retry.' }))
  }
}

/** By another hand, not by what it started: that is no failure of its start. */
const killed = (f: ContainerFact): boolean => f.state === 'exited' && f.exitCode === KILLED && !f.oomKilled

const endedText = (f: ContainerFact): string => (f.oomKilled ? 'its container ran out of memory.' : `its container ended with exit code ${f.exitCode ?? 'unknown'}.`)

const record = (core: Core, fact: ContainerFact): Promise<void> => core.commit(async (tx) => {
  const row = await tx.session(fact.session)
  if (!row) return
  const now = await tx.now()
  const gone = fact.state === 'exited' || fact.state === 'missing'
  await tx.putSession({ ...row, container: fact.state, containerAt: now, ...(gone ? { linkUp: false, linkAt: now, cli: null } : {}) })
  await tx.event({ type: 'container', session: row.id, actor: system('runtime'), data: { state: fact.state, exitCode: fact.exitCode, oomKilled: fact.oomKilled } })
})

const endedOften = async (core: Core, row: SessionRow): Promise<boolean> => {
  const recent = await core.store.read.events({ session: row.id, limit: 50, types: ['session.restarted'] })
  return recent.filter((e) => e.type === 'session.restarted' && e.data.why.startsWith(byItself) && Date.parse(e.at) > Date.now() - 3_600_000).length >= restartsAnHour
}

const startAgain = async (core: Core, row: SessionRow, fact: ContainerFact, withTheStack: boolean): Promise<void> => {
  const asked = fact.exitCode === link.MADE_ANEW
  if (!withTheStack && !asked && (await endedOften(core, row))) {
    return failStart(core, row.id, 'container', problem('engine_failed', `${endedText(fact)} It was started again ${restartsAnHour} times within an hour.`, { about: row.id, next: 'Read the log, then restart it.' }))
  }
  await core.commit(async (tx) => {
    const s = await tx.session(row.id)
    if (s?.phase !== row.phase) return
    if (withTheStack && s.phase === 'running' && core.outside.settings(await tx.settings()).afterRestart === 'ask') {
      await tx.putSession({ ...s, phase: 'interrupted', cli: null, dialog: null, lastEventAt: await tx.now() })
      await tx.event({ type: 'session.ended', session: s.id, actor: system('reconcile'), data: { why: 'the stack or the engine was restarted' } })
      return
    }
    await tx.putSession({ ...s, phase: 'starting', startStep: 'container', lastEventAt: await tx.now() })
    await tx.event({ type: 'session.restarted', session: s.id, actor: system('reconcile'), data: { why: withTheStack ? 'the stack was started again' : asked ? 'its container was made anew for another version of Orchestra' : `${byItself}${endedText(fact)}` } })
    await startEffect(tx, s.id, system('reconcile'))
  })
}
