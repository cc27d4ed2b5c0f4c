/** The person's yes, and every way back from it before the branch moves. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { MergeId, Problem, Result } from '@orchestra/contracts'
import type { MergeRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import type { Handlers } from '../dispatch.ts'
import type { Bells } from '../runs/bells.ts'
import { cancelledBy, endRun } from '../runs/rows.ts'
import { changeMerge, settle, settleQuestion } from './change.ts'
import { refreshRequest } from './request.ts'

export const landLane = 'merges'

const unknown = (merge: MergeId): Problem => problem('not_found', `There is no merge ${merge}.`, { about: merge, next: 'Look at the list of merges.' })
const findMerge = async (tx: Pick<Tx, 'merge'>, id: MergeId): Promise<Result<MergeRow>> => {
  const row = await tx.merge(id)
  return row ? ok(row) : fail(unknown(id))
}
const moved = (m: MergeRow): Problem => problem('merge_moved', 'The branch or its target moved since this was shown.', { about: m.id })

/** Refused means that files were in the way, or git was busy: the same commits may be approved again. */
const canApprove = (m: MergeRow): boolean => m.status === 'requested' || m.status === 'refused'

export const mergeApprove: Pick<Handlers, 'merge.approve'> = {
  'merge.approve': async ({ core, actor, commit }, { merge, tip, targetSha }) => {
    if (actor.kind !== 'person') return fail(problem('forbidden', 'Only the person can approve a merge.', { about: merge }))
    const found = await findMerge(core.store.read, merge)
    if (!found.ok) return found
    // What the page shows may be a moment old: the request is brought up to its branches before it is compared.
    await refreshRequest(core, merge)
    return commit(async (tx, at) => {
      const row = await findMerge(tx, merge)
      if (!row.ok) return row
      const m = row.value
      if (!canApprove(m)) return fail(problem('wrong_state', `This merge can't be approved now: ${m.statusText}`, { about: merge, next: 'Ask for the merge again.' }))
      if (m.tip !== tip || m.targetSha !== targetSha) return fail(moved(m))
      await settleQuestion(tx, merge, { state: 'answered', text: 'Approved.' }, at, actor)
      await tx.event({ type: 'merge.approved', session: m.session, actor, data: { merge, tip, targetSha } })
      await changeMerge(tx, m, { status: 'waiting', statusText: 'Approved: waits for its turn.', approvedBy: actor, approvedAt: at, problem: null, runId: null }, at, actor)
      await tx.effect({ kind: 'merge.land', lane: landLane, payload: { merge }, session: null, actor })
      return ok({})
    })
  },
}

export const makeMergeCancel = (bells: Bells): Pick<Handlers, 'merge.cancel'> => ({
  'merge.cancel': async ({ core, actor, commit }, { merge }) => {
    const done = await commit(async (tx, now) => {
      const found = await findMerge(tx, merge)
      if (!found.ok) return found
      const m = found.value
      if (m.status === 'cancelled') return ok({ run: null })
      if (m.status === 'landing' || m.status === 'merged' || m.status === 'undone') return fail(problem('wrong_state', `Too late to cancel: ${m.statusText}`, { about: merge, next: 'Undo it, if it should not be.' }))
      await settleQuestion(tx, merge, { state: 'answered', text: 'Not now.' }, now, actor)
      const run = m.status === 'checking' && m.runId ? await endRun(tx, m.runId, { status: 'cancelled', exitCode: null, lastLine: cancelledBy(actor) }, now, actor) : null
      await settle(core, tx, m, { status: 'cancelled', statusText: m.status === 'requested' ? 'Not merged: the person said not now.' : cancelledBy(actor) }, now, actor)
      return ok({ run })
    })
    if (!done.ok) return done
    const { run } = done.value
    if (run) {
      bells.ring(run.id)
      if (run.session) await core.bus.control(run.session, { type: 'run-cancel', id: run.id })
    }
    return ok({})
  },
})
