/** Sockets and seeds against the rows: what is missing is made, what belongs to nobody goes. */
import { SessionId } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import type { Core } from './core.ts'

const isGone = (s: SessionRow | undefined): boolean => s === undefined || s.phase === 'deleted'

/** Asked before the rows are read: a row is committed before its socket opens, so one without a row is nobody's. */
const reconcileSockets = async (core: Core): Promise<void> => {
  const open = await core.bus.listSessions()
  // The relay may be restarting: the next round finds it.
  if (!open.ok) return
  const rows = new Map((await core.store.read.sessions()).map((s) => [s.id, s]))
  for (const session of open.value) {
    const row = rows.get(session)
    if (isGone(row)) await core.bus.closeSession(session, true)
    else if (row?.phase === 'archived') await core.bus.closeSession(session, false)
  }
  const missing = [...rows.values()].filter((s) => s.phase === 'running' && !open.value.includes(s.id))
  for (const s of missing) await core.bus.openSession(s.id, s.role)
}

const removeSeeds = async (core: Core): Promise<void> => {
  const folders = await core.files.seedFolders()
  const rows = new Map((await core.store.read.sessions()).map((s) => [s.id, s]))
  for (const name of folders) {
    const session = SessionId.safeParse(name)
    if (session.success && isGone(rows.get(session.data))) await core.files.removeSeed(session.data)
  }
}

export const reconcileLeftovers = async (core: Core): Promise<void> => { await Promise.all([reconcileSockets(core), removeSeeds(core)]) }
