/** Asking for a merge: computed, shown to the person as a question bound to two commits, kept up with both while it waits. */
import { randomUUID } from 'node:crypto'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Actor, MergeId, Result } from '@orchestra/contracts'
import { conflictText, isInLine, isOpen, questionText } from '../../domain/merges.ts'
import type { MergeRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import { known } from '../commands/life.ts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'
import { post } from '../deliver.ts'
import type { Handlers } from '../dispatch.ts'
import { changeMerge, settleQuestion } from './change.ts'
import { prospectOf } from './preview.ts'
import type { Prospect } from './preview.ts'

/** Merges that may still be open; far more than a person leaves open at once. */
export const recentMerges = 500

const rowOf = (core: Core, p: Prospect, by: Actor, note: string | null, now: string): MergeRow => ({
  id: randomUUID() as MergeId, projectId: core.project, session: p.session.id, target: p.target, tip: p.tip, targetSha: p.targetSha,
  tree: p.preview.kind === 'clean' ? p.preview.tree : null, note, requestedBy: by, approvedBy: null, runId: null, mergedSha: null, undoSha: null, pushCommand: null,
  problem: null, dismissedAt: null, approvedAt: null, createdAt: now, updatedAt: now, ...stateOf(p, note),
})

const stateOf = (p: Prospect, note: string | null): Pick<MergeRow, 'status' | 'statusText' | 'conflicts'> =>
  p.preview.kind === 'conflict'
    ? { status: 'conflict', statusText: conflictText(p, p.branch, p.preview.files), conflicts: p.preview.files }
    : { status: 'requested', statusText: questionText(p.session, p.target, p.facts, note), conflicts: [] }

const ask = async (core: Core, tx: Tx, m: MergeRow, now: string): Promise<void> => {
  const question = await post(core, tx, now, { kind: 'question', from: system('merges'), to: { kind: 'person' }, text: m.statusText, options: ['Approve and merge', 'Not now'], origin: 'system' })
  await tx.putMessage({ ...question, merge: m.id })
}

const withdraw = async (tx: Tx, m: MergeRow, why: string, now: string, actor: Actor): Promise<void> => {
  await settleQuestion(tx, m.id, { state: 'withdrawn', text: why }, now, actor)
  await changeMerge(tx, m, { status: 'cancelled', statusText: why }, now, actor)
}

const answerText = (m: MergeRow): string =>
  m.status === 'conflict'
    ? `${m.statusText} Nothing was asked: have the executor merge ${m.target} (refs/orchestra/target, at ${m.targetSha}) into its branch and resolve it there.`
    : `The person was asked: ${m.statusText}\nNothing is merged before the person approves it in the page; you will be told what comes of it.`

export const mergeRequest: Pick<Handlers, 'merge.request'> = {
  'merge.request': async ({ core, actor, commit }, input) => {
    const prospect = await prospectOf(core, input.session)
    if (!prospect.ok) return prospect
    const p = prospect.value
    const note = input.note?.trim() || null
    return commit(async (tx, now): Promise<Result<{ merge: MergeId; text: string }>> => {
      const still = await known(tx, p.session.id)
      if (!still.ok) return still
      const before = (await tx.merges(recentMerges)).filter((m) => m.session === p.session.id && isOpen(m))
      const inLine = before.find(isInLine)
      if (inLine) return fail(problem('wrong_state', `A merge of ${p.session.id} is approved already: ${inLine.statusText}`, { about: inLine.id, next: 'Wait for it, or cancel it first.' }))
      const same = before.find((m) => m.tip === p.tip && m.targetSha === p.targetSha)
      if (same) return ok({ merge: same.id, text: answerText(same) })
      for (const old of before) await withdraw(tx, old, 'Replaced by a newer request.', now, actor)
      const row = rowOf(core, p, actor, note, now)
      await tx.putMerge(row)
      await tx.event({ type: 'merge.requested', session: row.session, actor, data: { merge: row.id, target: row.target, tip: row.tip, targetSha: row.targetSha } })
      if (row.status === 'requested') await ask(core, tx, row, now)
      else await tx.event({ type: 'merge.changed', session: row.session, actor, data: { merge: row.id, status: row.status, text: row.statusText, sha: null } })
      return ok({ merge: row.id, text: answerText(row) })
    })
  },
}

/** Requests follow their branches: what the page shows is what an approval is bound to. */
export const refreshRequests = async (core: Core): Promise<void> => {
  const waiting = (await core.store.read.merges(recentMerges)).filter((m) => m.status === 'requested')
  for (const m of waiting) await refreshRequest(core, m.id)
}

export const refreshRequest = async (core: Core, id: MergeId): Promise<void> => {
  const m = await core.store.read.merge(id)
  if (m?.status === 'requested') await core.alone(m.session, () => refresh(core, m))
}

const refresh = async (core: Core, m: MergeRow): Promise<void> => {
  const session = await core.store.read.session(m.session)
  const [tip, targetSha] = await Promise.all([session?.branch ? core.repository.branchTip(session.branch) : null, core.repository.branchTip(m.target)])
  if (tip === m.tip && targetSha === m.targetSha) return
  const prospect = await prospectOf(core, m.session)
  await core.commit(async (tx) => {
    const now = await tx.now()
    const row = await tx.merge(m.id)
    if (row?.status !== 'requested') return
    const actor = system('merges')
    if (!prospect.ok) return withdraw(tx, row, prospect.problem.message, now, actor)
    const p = prospect.value
    const state = stateOf(p, row.note)
    const next = { ...row, ...state, tip: p.tip, targetSha: p.targetSha, tree: p.preview.kind === 'clean' ? p.preview.tree : null, updatedAt: now }
    if (state.status === 'conflict') {
      await settleQuestion(tx, row.id, { state: 'withdrawn', text: state.statusText }, now, actor)
      await changeMerge(tx, row, next, now, actor)
      return
    }
    await tx.putMerge(next)
    const question = (await tx.openQuestions()).find((q) => q.merge === row.id)
    if (question) await tx.putMessage({ ...question, text: next.statusText })
  })
}
