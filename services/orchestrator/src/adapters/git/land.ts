/** Lands merges and takes them back. */
import { fail, ok, problem, type Result, type Sha } from '@orchestra/contracts'
import type { LandOutcome } from '../../ports/repository.ts'
import { textOf } from './bytes.ts'
import { type Context, mustSha, treeOf } from './context.ts'
import { identityEnv } from './identity.ts'
import { mergeTrees, mergeWithBase } from './merge-preview.ts'
import { moveBranch, type Moved } from './move.ts'
import { branchTip, isAncestor } from './refs.ts'

export type Lander = {
  merge: (m: { target: string; targetSha: Sha; tip: Sha; tree: Sha; message: string }) => Promise<LandOutcome>
  revert: (m: { target: string; merged: Sha; message: string }) => Promise<Result<Sha>>
}

export const createLander = (c: Context): Lander => {
  const commit = async (tree: Sha, parents: Sha[], message: string): Promise<Sha> =>
    mustSha(c.git, ['commit-tree', tree, ...parents.flatMap((p) => ['-p', p])], { env: identityEnv(await c.identity()), input: `${message.trimEnd()}\n` })

  const merge: Lander['merge'] = (m) => c.locks('landing', async () => {
    const at = await branchTip(c, m.target)
    if (at === null) return { kind: 'busy', what: `the branch ${m.target} is gone` }
    if (at !== m.targetSha) {
      const landed = await mergeAlreadyLanded(c, at, m)
      return landed ? { kind: 'landed', sha: landed, checkoutUpdated: true } : { kind: 'moved', target: at, tip: m.tip }
    }
    if (await isAncestor(c, m.tip, at)) return { kind: 'landed', sha: at, checkoutUpdated: false }
    const merged = await mergeTrees(c, at, m.tip, {})
    // Not what was shown and checked: the caller looks again.
    if (merged.kind === 'conflict' || merged.tree !== m.tree) return { kind: 'moved', target: at, tip: m.tip }
    const sha = await commit(merged.tree, [at, m.tip], m.message)
    return outcome(await moveBranch(c, m.target, at, sha), sha, m)
  })

  const revert: Lander['revert'] = (m) => c.locks('landing', async () => {
    const about = m.merged
    const at = await branchTip(c, m.target)
    if (at === null) return fail(problem('target_unknown', `The branch ${m.target} is gone.`, { about }))
    if (!(await isAncestor(c, m.merged, at))) return fail(problem('wrong_state', `${m.target} does not contain ${m.merged.slice(0, 10)} any more.`, { about, next: 'Nothing to undo: look at the log of the branch.' }))
    const before = await mustSha(c.git, ['rev-parse', '--verify', `${m.merged}^1`])
    const merged = await mergeWithBase(c, m.merged, at, before)
    if (merged.kind === 'conflict') {
      return fail(problem('merge_conflict', `Later commits changed the same lines: ${merged.files.map(textOf).slice(0, 20).join(', ')}.`, { about, next: 'Revert it by hand: `git revert -m 1`.' }))
    }
    // Nothing is left to take back: an earlier attempt did, and did not live to say so.
    if (merged.tree === (await treeOf(c.git, at))) return ok((await revertAlreadyLanded(c, at, m)) ?? at)
    await bring(c, merged.gitDir, merged.tree, at)
    const sha = await commit(merged.tree, [at], m.message)
    const done = await moveBranch(c, m.target, at, sha)
    if (done.kind === 'moved') return ok(sha)
    if (done.kind === 'needs') return fail(problem('merge_needs_edited_files', `These files are edited in your checkout: ${done.files.slice(0, 50).join(', ')}.`, { about }))
    if (done.kind === 'busy') return fail(problem('repository_busy', `Not now: ${done.what}.`, { about }))
    return fail(problem('merge_moved', `${m.target} moved meanwhile.`, { about, next: 'Undo again.' }))
  })
  return { merge, revert }
}

const outcome = (done: Moved, sha: Sha, m: { targetSha: Sha; tip: Sha }): LandOutcome => {
  switch (done.kind) {
    case 'moved': return { kind: 'landed', sha, checkoutUpdated: done.checkout }
    case 'needs': return { kind: 'needs-edited-files', files: done.files }
    case 'busy': return done
    case 'elsewhere': return { kind: 'moved', target: done.at ?? m.targetSha, tip: m.tip }
  }
}

/** A repeat after a crash finds its own merge on the branch: a commit of exactly these parents. */
const mergeAlreadyLanded = async (c: Context, at: Sha, m: { targetSha: Sha; tip: Sha }): Promise<Sha | null> => {
  const out = await c.git(['rev-list', '--first-parent', '--merges', '--parents', '--max-count=200', at, `^${m.targetSha}`], { expect: 'any' })
  const line = out.stdout.toString('latin1').split('\n').map((l) => l.split(' ')).find((w) => w.length === 3 && w[1] === m.targetSha && w[2] === m.tip)
  return (line?.[0] as Sha | undefined) ?? null
}

/** The newest commit with exactly these words since the merge. */
const revertAlreadyLanded = async (c: Context, at: Sha, m: { merged: Sha; message: string }): Promise<Sha | null> => {
  const out = await c.git(['log', '--first-parent', '--format=%H%x00%B%x01', '--max-count=200', at, `^${m.merged}`], { expect: 'any' })
  const found = out.stdout.toString('utf8').split('\x01').map((l) => l.trim().split('\0')).find(([, body]) => body?.trim() === m.message.trim())
  return (found?.[0] as Sha | undefined) ?? null
}

/** Copies into the repository what a tree of ours has and the repository lacks. */
export const bring = async (c: Context, fromStore: string, tree: Sha, known: Sha): Promise<void> => {
  const pack = await c.git(['pack-objects', '--revs', '--stdout', '-q'], { gitDir: fromStore, input: `${tree}\n^${known}\n`, maxOutput: 512 * 1024 * 1024 })
  await c.git(['unpack-objects', '-q'], { input: pack.stdout })
}
