/** What a session's merge would be, as its branch and its target stand now. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result, SessionId, Sha } from '@orchestra/contracts'
import type { MergeFacts } from '../../domain/merges.ts'
import type { SessionRow } from '../../domain/rows.ts'
import type { MergePreview } from '../../ports/repository.ts'
import { known } from '../commands/life.ts'
import type { Core } from '../core.ts'

export type Prospect = { session: SessionRow; branch: string; target: string; tip: Sha; targetSha: Sha; preview: MergePreview; facts: MergeFacts }

export const prospectOf = async (core: Core, id: SessionId): Promise<Result<Prospect>> => {
  const found = await known(core.store.read, id)
  if (!found.ok) return found
  const session = found.value
  const { branch, target } = session
  if (!branch || !target) return fail(problem('wrong_state', `${id} has no branch to merge.`, { about: id }))
  const [tip, targetSha] = await Promise.all([core.repository.branchTip(branch), core.repository.branchTip(target)])
  if (!tip) return fail(problem('nothing_to_merge', `The branch ${branch} is gone.`, { about: id }))
  if (!targetSha) return fail(problem('target_unknown', `The branch ${target} is gone.`, { about: id }))
  const preview = await core.repository.previewMerge(targetSha, tip)
  if (preview.kind === 'clean' && preview.alreadyMerged) return fail(problem('nothing_to_merge', `${target} has all commits of ${branch} already.`, { about: id }))
  const [{ ahead }, diff] = await Promise.all([core.repository.aheadBehind(tip, targetSha), core.repository.diff({ session: id, tip, target: targetSha, version: session.diffVersion, context: 0 })])
  const committed = diff.files.filter((f) => f.state !== 'uncommitted')
  const facts = {
    commits: ahead, files: committed.length, added: committed.reduce((n, f) => n + f.added, 0), removed: committed.reduce((n, f) => n + f.removed, 0),
    uncommitted: diff.files.filter((f) => f.state !== 'committed').map((f) => f.path),
  }
  return ok({ session, branch, target, tip, targetSha, preview, facts })
}
