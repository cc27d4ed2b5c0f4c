/** How a merge's row changes: with its event, its question settled, and word to the session that asked for it. */
import type { Actor, MergeId, MergeStatus } from '@orchestra/contracts'
import type { MergeRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'
import { post } from '../deliver.ts'

export type MergeChange = Partial<Omit<MergeRow, 'id' | 'projectId' | 'session'>> & { status: MergeStatus; statusText: string }

export const changeMerge = async (tx: Tx, m: MergeRow, change: MergeChange, now: string, actor: Actor): Promise<MergeRow> => {
  const next: MergeRow = { ...m, ...change, updatedAt: now }
  await tx.putMerge(next)
  await tx.event({ type: 'merge.changed', session: m.session, actor, data: { merge: m.id, status: next.status, text: next.statusText, sha: next.undoSha ?? next.mergedSha } })
  const session = await tx.session(m.session)
  if (session) await tx.putSession({ ...session, lastEventAt: now, lastActivity: next.statusText.slice(0, 200) })
  return next
}

/** The question to the person is over, whichever way it was answered. */
export const settleQuestion = async (tx: Tx, merge: MergeId, outcome: { state: 'answered' | 'withdrawn'; text: string }, now: string, actor: Actor): Promise<void> => {
  const question = (await tx.openQuestions()).find((q) => q.merge === merge)
  if (!question) return
  const answeredBy = outcome.state === 'answered' ? actor : null
  await tx.putMessage({ ...question, state: outcome.state, answerText: outcome.text, answeredBy, answeredAt: now })
}

/** A session that asked for a merge hears what came of it; a person sees it. */
export const tellRequester = async (core: Core, tx: Tx, m: MergeRow, now: string): Promise<void> => {
  if (m.requestedBy.kind !== 'session') return
  const session = await tx.session(m.requestedBy.id)
  if (!session || session.phase === 'deleted' || session.phase === 'deleting') return
  await post(core, tx, now, { kind: 'note', from: system('merges'), to: { kind: 'session', id: session.id }, text: `The merge of ${m.session} into ${m.target}: ${m.statusText}` })
}

/** Settled: the new state committed, and the one who asked told. */
export const settle = async (core: Core, tx: Tx, m: MergeRow, change: MergeChange, now: string, actor: Actor): Promise<MergeRow> => {
  const next = await changeMerge(tx, m, change, now, actor)
  await tellRequester(core, tx, next, now)
  return next
}
