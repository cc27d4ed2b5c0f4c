import { fail, ok, problem } from '@orchestra/contracts'
import type { DiffView, MergeId, Result } from '@orchestra/contracts'
import type { Core } from '../core.ts'

/** What a merge brings, or brought, to its target; bound to the commits in its row. */
export const mergeDiff = async (core: Core, id: MergeId): Promise<Result<DiffView>> => {
  const m = await core.store.read.merge(id)
  if (!m) return fail(problem('not_found', `There is no merge ${id}.`, { about: id, next: 'Look at the list of merges.' }))
  const preview = m.mergedSha ? null : await core.repository.previewMerge(m.targetSha, m.tip)
  const mergeBase = preview?.mergeBase ?? m.targetSha
  const to = m.mergedSha ?? m.tip
  const { files, stat } = await core.repository.diffCommits(mergeBase, to, 3)
  const tree = m.tree ?? (preview?.kind === 'clean' ? preview.tree : to)
  return ok({ session: m.session, version: 0, mergeBase, tip: m.tip, tree, stat, files, truncated: files.some((f) => f.patch === null && !f.binary) })
}
