/** Merges computed from objects. Trees that a preview makes stay in a store of ours until a merge lands. */
import { join } from 'node:path'
import { Sha } from '@orchestra/contracts'
import type { MergePreview } from '../../ports/repository.ts'
import { records, textOf, type Raw } from './bytes.ts'
import { type Context, mustSha, shaFrom, treeOf } from './context.ts'
import { identityEnv } from './identity.ts'
import { openBare } from './snapshots.ts'

export const scratchStore = (c: Context): string => {
  const dir = join(c.stateDir, 'scratch.git')
  openBare(c, dir)
  return dir
}

export type Merged = { kind: 'clean'; tree: Sha } | { kind: 'conflict'; files: Raw[] }

/**
 * Three-way merge of two commits, under the repository's own settings wherever the result goes: a preview and the merge that
 * lands must come to the same tree. `objects`: store that takes the new objects. The first side's .gitattributes count
 * (merge=union and the like; drivers are blanked).
 */
export const mergeTrees = async (c: Context, ours: Sha, theirs: Sha, at: { objects?: string }): Promise<Merged> => {
  const out = await c.git(['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', '--allow-unrelated-histories', ours, theirs],
    { ...at, attributes: ours, expect: [0, 1] })
  const [tree, ...files] = records(out.stdout)
  return out.code === 0 ? { kind: 'clean', tree: Sha.parse(tree) } : { kind: 'conflict', files: [...new Set(files)] }
}

/** Merge against a base of the caller's choice: commits without history stand in for the three sides, which every git ≥ 2.38 can merge. */
export const mergeWithBase = async (c: Context, base: Sha, ours: Sha, theirs: Sha): Promise<Merged & { gitDir: string }> => {
  const gitDir = scratchStore(c)
  const objects = join(gitDir, 'objects')
  const env = identityEnv(await c.identity())
  const commit = async (of: Sha, parent: Sha | null): Promise<Sha> =>
    mustSha(c.git, ['commit-tree', await treeOf(c.git, of, { gitDir }), ...(parent ? ['-p', parent] : [])], { gitDir, env, input: 'side' })
  const b = await commit(base, null)
  const [o, t] = [await commit(ours, b), await commit(theirs, b)]
  return { ...(await mergeTrees(c, o, t, { objects })), gitDir }
}

export const previewMerge = async (c: Context, target: Sha, tip: Sha): Promise<MergePreview> => {
  const objects = join(scratchStore(c), 'objects')
  const [merged, base] = await Promise.all([mergeTrees(c, target, tip, { objects }), shaFrom(c.git, ['merge-base', target, tip])])
  const mergeBase = base ?? target
  return merged.kind === 'clean'
    ? { kind: 'clean', tree: merged.tree, mergeBase, alreadyMerged: base === tip }
    : { kind: 'conflict', files: merged.files.map(textOf), mergeBase }
}
