/** Pausing, whoever decides it: frozen as it stands, so that what continues it goes on where it was. */
import type { Actor, PausedBy, SessionId } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import type { Tx } from '../ports/store.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'
import { post } from './deliver.ts'

export type Pause = { by: PausedBy; /** a sentence for a person; null where one paused it */ text: string | null; actor: Actor; now: string }

/** Part of a commit. The row must be running. */
export const pauseIn = async (tx: Tx, row: SessionRow, { by, text, actor, now }: Pause): Promise<void> => {
  await tx.putSession({ ...row, phase: 'paused', pausedBy: by, pausedText: text, lastEventAt: now })
  await tx.event({ type: 'session.paused', session: row.id, actor, data: { by, text } })
  await tx.effect({ kind: 'session.pause', lane: `session:${row.id}`, payload: {}, session: row.id, actor })
}

/** Pauses a session that runs, and tells the person in a message (what needs them is derived from the row). False: it does not run, or is paused already. */
export const pauseBySystem = (core: Core, id: SessionId, by: Exclude<PausedBy, 'person'>, text: string): Promise<boolean> => core.commit(async (tx) => {
  const row = await tx.session(id)
  if (row?.phase !== 'running' || row.role === 'check') return false
  const now = await tx.now()
  await pauseIn(tx, row, { by, text, actor: system(by), now })
  await post(core, tx, now, { kind: 'note', from: system(by), to: { kind: 'person' }, text: `${id}: ${text}` })
  return true
})
