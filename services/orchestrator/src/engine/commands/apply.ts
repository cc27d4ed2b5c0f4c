/** A session's changes staged in the person's checkout, and taken back. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { Actor, Problem, Result, SessionId } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import { background } from '../core.ts'
import type { Ctx, Handlers } from '../dispatch.ts'
import { followCheckout } from '../follow.ts'
import { known } from './life.ts'

const byPerson = (actor: Actor, session: SessionId): { ok: false; problem: ReturnType<typeof problem> } | null =>
  actor.kind === 'person' ? null : fail(problem('forbidden', 'Only the person changes the checkout.', { about: session }))

/** The checkout is as it was asked for, and the row does not know: a crash came between the two. */
const unrecorded = async (core: Core, session: SessionId, found: Problem, applied: boolean): Promise<boolean> =>
  found.code === 'wrong_state' && (await core.store.read.session(session))?.applied === !applied

/** The files have moved already: what is committed here only says so, and a repeat of either finds it done. */
const record = async ({ core, actor, commit }: Ctx, session: SessionId, applied: boolean, files: string[]): Promise<Result<{ files: string[] }>> => {
  const done = await commit(async (tx, now) => {
    const row = await tx.session(session)
    if (row) await tx.putSession({ ...row, applied, lastEventAt: now })
    await tx.event({ type: applied ? 'session.applied' : 'session.unapplied', session, actor, data: { files: files.slice(0, 1000) } })
    return ok({ files })
  })
  background(core, 'following the checkout', followCheckout(core))
  return done
}

/** Committed and uncommitted work alike, against the merge base with the target. */
const changesOf = async (core: Core, session: SessionId) => {
  const found = await known(core.store.read, session)
  if (!found.ok) return found
  const { tip, target, diffVersion } = found.value
  const targetSha = target ? await core.repository.branchTip(target) : null
  if (!tip || !targetSha) return fail(problem('wrong_state', `${session} has no changes that could be applied.`, { about: session }))
  return ok(await core.repository.diff({ session, tip, target: targetSha, version: diffVersion, context: 0 }))
}

export const applyCommands: Pick<Handlers, 'session.apply' | 'session.unapply'> = {
  'session.apply': async (ctx, { session }) => {
    const stop = byPerson(ctx.actor, session)
    if (stop) return stop
    const diff = await changesOf(ctx.core, session)
    if (!diff.ok) return diff
    if (diff.value.files.length === 0) return fail(problem('wrong_state', `${session} has no changes yet.`, { about: session, next: 'Wait for its first change.' }))
    const applied = await ctx.core.repository.applyToCheckout(session, diff.value.mergeBase, diff.value.tree)
    if (applied.ok) return record(ctx, session, true, applied.value.files)
    return (await unrecorded(ctx.core, session, applied.problem, true)) ? record(ctx, session, true, diff.value.files.map((f) => f.path)) : applied
  },
  'session.unapply': async (ctx, { session }) => {
    const stop = byPerson(ctx.actor, session)
    if (stop) return stop
    const undone = await ctx.core.repository.unapplyFromCheckout(session)
    if (undone.ok) return record(ctx, session, false, undone.value.files)
    return (await unrecorded(ctx.core, session, undone.problem, false)) ? record(ctx, session, false, []) : undone
  },
}
