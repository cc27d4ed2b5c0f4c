/** Postgres is the truth, NATS a doorbell: what it lost is put into the inboxes again, in order. */
import type { SessionId } from '@orchestra/contracts'
import type { Core } from './core.ts'
import { putInbox } from './deliver.ts'

/** Rows that wait, of sessions whose inbox holds fewer entries than that. Nothing of who has a put under way: that one counts the same. */
const missing = async (core: Core, sessions: SessionId[]): Promise<SessionId[]> => {
  const rows = new Map<SessionId, number>()
  for (const s of sessions) {
    const queued = (await core.store.read.undelivered(s)).length
    if (queued > 0 && (await core.store.read.pendingEffects(`inbox:${s}`)) === 0) rows.set(s, queued)
  }
  if (rows.size === 0) return []
  // Counted last: what was put meanwhile is in it, what was delivered meanwhile is looked at again before it is put.
  const waiting = await core.bus.inboxes()
  return [...rows].flatMap(([s, queued]) => ((waiting?.get(s) ?? 0) < queued ? [s] : []))
}

const refill = async (core: Core, sessions: SessionId[]): Promise<void> => {
  for (const s of sessions) for (const row of await core.store.read.undelivered(s)) await putInbox(core, row.id)
}

/** At each return of NATS and every round of the reconciler. */
export const mendInboxes = async (core: Core): Promise<void> => {
  const sessions = (await core.store.read.sessions()).filter((s) => s.role !== 'check' && s.phase !== 'deleted' && s.phase !== 'deleting').map((s) => s.id)
  if ((await core.bus.inboxes()) === null) {
    await core.bus.makeInboxes()
    // Before any newer message, which waits for this: each sender's order is kept.
    await refill(core, sessions)
  } else await refill(core, await missing(core, sessions))
}
