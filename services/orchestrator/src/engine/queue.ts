/** Places: how many sessions run at once, and who is next. */
import type { Actor, SessionId } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import type { Tx } from '../ports/store.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'

/** A paused session keeps its memory, so it keeps its place. The designer has one of its own. */
const holdsPlace = (s: SessionRow): boolean => s.role === 'executor' && (s.phase === 'starting' || s.phase === 'running' || s.phase === 'paused')

export const places = async (core: Core, tx: Tx): Promise<{ max: number; used: number }> => {
  const max = core.outside.settings(await tx.settings()).maxSessions
  return { max, used: (await tx.sessions()).filter(holdsPlace).length }
}

export const fullReason = (max: number): string => `${max} session${max === 1 ? ' runs' : 's run'} already, as many as fit; it starts when one is deleted, or when the cap in Settings is raised.`

export const startEffect = (tx: Tx, session: SessionId, actor: Actor): Promise<void> =>
  tx.effect({ kind: 'session.start', lane: `session:${session}`, payload: {}, session, actor })

/** Starts what waits, oldest first, as far as there are places. Part of every commit that may free one. */
export const admit = async (core: Core, tx: Tx, now: string): Promise<void> => {
  const { max, used } = await places(core, tx)
  const waiting = (await tx.sessions()).filter((s) => s.phase === 'queued').slice(0, Math.max(0, max - used))
  for (const s of waiting) {
    await tx.putSession({ ...s, phase: 'starting', queueReason: null, startStep: 'branch', lastEventAt: now })
    await tx.event({ type: 'session.step', session: s.id, actor: system('queue'), data: { step: 'branch', text: 'A place is free.' } })
    await startEffect(tx, s.id, s.createdBy)
  }
}
