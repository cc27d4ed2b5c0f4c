/** A session's work as a diff, for whoever looks at it; worked out ahead of the question for whoever keeps looking. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { DiffView, Result, SessionId } from '@orchestra/contracts'
import type { Core } from './core.ts'
import { background } from './core.ts'

/** A page that follows asks at every new version; one that asked this long ago has been left. */
const FOLLOWED_MS = 10 * 60_000
const asked = new WeakMap<Core, Map<SessionId, { context: number; at: number }>>()
const askedOf = (core: Core): Map<SessionId, { context: number; at: number }> => {
  const all = asked.get(core) ?? new Map<SessionId, { context: number; at: number }>()
  asked.set(core, all)
  return all
}

/** For a page, which may go on following. */
export const followDiff = (core: Core, session: SessionId, context: number): Promise<Result<DiffView>> => {
  askedOf(core).set(session, { context, at: Date.now() })
  return diffOf(core, session, context)
}

export const diffOf = async (core: Core, session: SessionId, context: number): Promise<Result<DiffView>> => {
  const row = await core.store.read.session(session)
  if (!row) return fail(problem('session_unknown', `There is no session "${session}".`, { about: session }))
  if (!row.tip || !row.target) return fail(problem('wrong_state', `${session} has no branch: there is nothing to compare.`, { about: session }))
  const target = await core.repository.branchTip(row.target)
  if (!target) return fail(problem('target_unknown', `Its target branch "${row.target}" is gone.`, { about: session }))
  return ok(await core.repository.diff({ session, tip: row.tip, target, version: row.diffVersion, context }))
}

/** Called while the new version is still being committed: the repository remembers the answer for the pages that ask a moment later. */
export const diffAhead = (core: Core, session: SessionId): void => {
  const last = askedOf(core).get(session)
  if (last && Date.now() - last.at < FOLLOWED_MS) background(core, 'working out a diff', diffOf(core, session, last.context))
}
