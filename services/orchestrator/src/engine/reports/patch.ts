import { fail, ok, problem } from '@orchestra/contracts'
import type { Result, SessionId } from '@orchestra/contracts'
import type { NewEvent, SessionRow } from '../../domain/rows.ts'
import type { Core } from '../core.ts'

/** Null: nothing changes. */
export type SessionPatch = (row: SessionRow, now: string) => Partial<SessionRow> | null

/** One change of one session, with its event. */
export const patchSession = (core: Core, id: SessionId, patch: SessionPatch, event?: NewEvent): Promise<Result<SessionRow>> => core.commit(async (tx) => {
  const row = await tx.session(id)
  if (!row) return fail(problem('session_unknown', `There is no session "${id}".`, { about: id }))
  const now = await tx.now()
  const change = patch(row, now)
  if (change === null) return ok(row)
  const next = { ...row, lastEventAt: now, ...change }
  await tx.putSession(next)
  if (event) await tx.event(event)
  return ok(next)
})
