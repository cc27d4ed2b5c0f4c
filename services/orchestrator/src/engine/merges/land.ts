/** The line: one merge at a time, against its target as it stands when its turn comes. */
import { problem } from '@orchestra/contracts'
import type { MergeId, Problem, Sha } from '@orchestra/contracts'
import { commitMessage, conflictText, fileList, isInLine, shortSha } from '../../domain/merges.ts'
import type { MergeRow, SessionRow } from '../../domain/rows.ts'
import type { LandOutcome, MergePreview } from '../../ports/repository.ts'
import type { Core } from '../core.ts'
import { background, system } from '../core.ts'
import { followBranches, followCheckout } from '../follow.ts'
import type { Bells } from '../runs/bells.ts'
import type { EffectHandlers } from '../worker.ts'
import { changeMerge, settle } from './change.ts'
import type { MergeChange } from './change.ts'
import { checkTree, endLeftover } from './checks.ts'
import type { Checked } from './checks.ts'
import { refreshRequests } from './request.ts'

/** A target that moves this often while a merge is at its turn is left for the person. */
const tries = 10

/** Commits the outcome, unless it was cancelled meanwhile. */
const finish = (core: Core, id: MergeId, change: MergeChange): Promise<void> => core.commit(async (tx) => {
  const row = await tx.merge(id)
  if (row && isInLine(row)) await settle(core, tx, row, change, await tx.now(), system('merges'))
})

/** From here it can't be cancelled. Null: it was, before. */
const beginLanding = (core: Core, id: MergeId, targetSha: Sha, tree: Sha): Promise<MergeRow | null> => core.commit(async (tx) => {
  const row = await tx.merge(id)
  if (!row || !isInLine(row)) return null
  return changeMerge(tx, row, { status: 'landing', statusText: `Moving ${row.target}.`, targetSha, tree }, await tx.now(), system('merges'))
})

const refused = (why: Problem): MergeChange => ({ status: 'refused', statusText: why.message, problem: why })

const landed = async (core: Core, m: MergeRow, sha: Sha): Promise<MergeChange> => ({
  status: 'merged', statusText: `Merged into ${m.target} at ${shortSha(sha)}.`, mergedSha: sha, problem: null, pushCommand: await core.repository.pushCommand(m.target),
})

const afterLanding = async (core: Core, m: MergeRow, outcome: Exclude<LandOutcome, { kind: 'moved' }>): Promise<MergeChange> => {
  switch (outcome.kind) {
    case 'landed': return landed(core, m, outcome.sha)
    case 'needs-edited-files': return refused(problem('merge_needs_edited_files', `Nothing moved: the merge needs files that you have edited, staged or untracked in your checkout: ${fileList(outcome.files)}.`, { about: m.id, detail: outcome.files.join('\n') }))
    case 'busy': return refused(problem('repository_busy', `Nothing moved: ${outcome.what}.`, { about: m.id }))
  }
}

const conflicting = (m: MergeRow, session: SessionRow, targetSha: Sha, preview: Extract<MergePreview, { kind: 'conflict' }>): MergeChange => {
  const statusText = conflictText({ target: m.target, targetSha }, session.branch ?? session.id, preview.files)
  return { status: 'conflict', statusText, targetSha, conflicts: preview.files, problem: problem('merge_conflict', statusText, { about: m.id }) }
}

const checksFailed = (m: MergeRow, checked: Extract<Checked, { kind: 'failed' }>): MergeChange => {
  const { run } = checked
  const how = run.exitCode === null ? `did not pass on the merged tree: ${run.lastLine}` : `failed on the merged tree (exit code ${run.exitCode}).`
  const statusText = `\`${run.command}\` ${how} ${m.target} was not moved.`
  return { status: 'checks_failed', statusText, problem: problem('checks_failed', statusText, { about: run.id, detail: run.lastLine }) }
}

/** One round against the target as it is now; null when it moved meanwhile. */
const round = async (core: Core, bells: Bells, m: MergeRow, session: SessionRow): Promise<MergeChange | null> => {
  const targetSha = await core.repository.branchTip(m.target)
  if (!targetSha) return refused(problem('target_unknown', `The branch ${m.target} is gone.`, { about: m.id }))
  // An earlier process of ours may have landed it and not lived to say so: git is asked with the same words again.
  const landing = m.status === 'landing' && m.tree ? { targetSha: m.targetSha, tree: m.tree } : null
  if (!landing) {
    const preview = await core.repository.previewMerge(targetSha, m.tip)
    if (preview.kind === 'conflict') return conflicting(m, session, targetSha, preview)
    const checked = await checkTree(core, bells, m, preview.tree, targetSha)
    if (checked.kind === 'cancelled') return { status: 'cancelled', statusText: 'Cancelled while its checks ran.' }
    if (checked.kind === 'failed') return checksFailed(m, checked)
    if (!(await beginLanding(core, m.id, targetSha, preview.tree))) return { status: 'cancelled', statusText: 'Cancelled.' }
    return attempt(core, m, session, { targetSha, tree: preview.tree })
  }
  return attempt(core, m, session, landing)
}

const attempt = async (core: Core, m: MergeRow, session: SessionRow, at: { targetSha: Sha; tree: Sha }): Promise<MergeChange | null> => {
  const outcome = await core.repository.landMerge({ target: m.target, tip: m.tip, message: commitMessage(session, m.target, m.note), ...at })
  return outcome.kind === 'moved' ? null : afterLanding(core, m, outcome)
}

const backInLine = (core: Core, id: MergeId): Promise<MergeRow | null> => core.commit(async (tx) => {
  const row = await tx.merge(id)
  if (!row || !isInLine(row)) return null
  return changeMerge(tx, row, { status: 'waiting', statusText: `${row.target} moved meanwhile: computed again.` }, await tx.now(), system('merges'))
})

const land = async (core: Core, bells: Bells, id: MergeId): Promise<void> => {
  let m = await core.store.read.merge(id)
  if (m && !isInLine(m)) return endLeftover(core, m)
  for (let i = 0; m && isInLine(m) && i < tries; i += 1) {
    const session = await core.store.read.session(m.session)
    if (!session) throw new Error(`merge ${id} is of the unknown session ${m.session}`)
    const change = await round(core, bells, m, session)
    if (change) {
      await finish(core, id, change)
      if (change.status === 'merged') await follow(core)
      return
    }
    m = await backInLine(core, id)
  }
  await finish(core, id, refused(problem('merge_moved', 'Nothing moved: the target kept moving while this merge was at its turn.', { about: id })))
}

/** The page, the agents and the other requests see at once where the target stands. */
export const follow = async (core: Core): Promise<void> => {
  background(core, 'following the checkout', followCheckout(core))
  await followBranches(core)
  await refreshRequests(core)
}

export const makeLandEffect = (bells: Bells): EffectHandlers => ({
  'merge.land': {
    attempts: 5,
    perform: (core, effect) => land(core, bells, (effect.payload as { merge: MergeId }).merge),
    gaveUp: (core, effect, error) => {
      const { merge } = effect.payload as { merge: MergeId }
      const words = error instanceof Error ? error.message : String(error)
      return finish(core, merge, refused(problem('git_failed', `Nothing was decided: ${words}`, { about: merge, next: 'Look at the branch, then ask for the merge again.' })))
    },
  },
})
