/** Files of a new worktree, of an exported tree, of a restored worktree: always into a folder that no agent has yet. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fail, ok, problem, type Result, type Sha } from '@orchestra/contracts'
import type { WorktreeSpec } from '../../ports/repository.ts'
import { textOf } from './bytes.ts'
import { carriedBy, carryFiles } from './carry.ts'
import type { Context } from './context.ts'
import { recordOf } from './heads.ts'
import { trustHooks } from './hooks.ts'
import { gitlinks } from './import.ts'
import { scratchStore } from './merge-preview.ts'
import { branchTip } from './refs.ts'
import { addWorktree, repairGitFile } from './worktrees.ts'

/** Content conversions that are data (line endings, encodings) follow the commit's own .gitattributes; filters are blanked, so an LFS file arrives as its pointer. */
export const fillWorktree = (c: Context, spec: WorktreeSpec, carry: string[]): Promise<Result<{ carried: string[]; submodules: string[] }>> =>
  c.locks(`worktree ${spec.path}`, async () => {
    const record = recordOf(c.place(), spec.path)
    if (!record) return fail(problem('wrong_state', `There is no worktree at ${spec.path}.`, { about: spec.session, next: 'Retry the session: the worktree is made anew.' }))
    const tip = (await branchTip(c, spec.branch)) ?? spec.base
    const index = join(record.gitDir, 'index')
    await trustHooks(c, record, spec)
    // The index is renamed into place when every file is there, so its presence says that an earlier attempt got to the end.
    const making = join(record.gitDir, `orchestra-index-${randomUUID()}`)
    const write = existsSync(index) ? null : writeTree(c, { gitDir: record.gitDir, workTree: spec.path, index: making, tree: tip })
    const [failed, links, wanted] = await Promise.all([write, gitlinks(c, tip), carriedBy(c, tip, carry)])
    if (failed) return fail(failed)
    if (write) {
      c.crash('fill: before the index')
      renameSync(making, index)
    }
    const carried = await carryFiles(c, spec, wanted)
    return ok({ carried, submodules: [...links].map(textOf) })
  })

/** Whole tree into a folder. An existing file of the same path is overwritten; anything else there stays. */
const writeTree = async (c: Context, o: { gitDir?: string; workTree: string; index: string; tree: string }): Promise<ReturnType<typeof problem> | null> => {
  const at = { gitDir: o.gitDir, index: o.index, workTree: o.workTree, attributes: o.tree, timeoutMs: 10 * 60_000 }
  const out = await c.git(['read-tree', '--reset', '-u', o.tree], { ...at, expect: 'any' })
  if (out.code === 0) return null
  rmSync(o.index, { force: true })
  const full = /No space left/.test(out.stderr)
  return problem(full ? 'disk_full' : 'git_failed', `The files could not be written to ${o.workTree}.`, { detail: out.stderr })
}

export const exportTree = async (c: Context, tree: Sha, into: string, carry: string[]): Promise<Result<void>> => {
  mkdirSync(into, { recursive: true })
  if (readdirSync(into).length > 0) return fail(problem('wrong_state', `${into} is not empty.`, { next: 'Use a new folder for each run.' }))
  const gitDir = await storeWith(c, tree)
  if (gitDir === null) return fail(problem('git_failed', `The tree ${tree} is not in any store.`, { next: 'Compute the merge again.' }))
  const index = join(c.stateDir, `export-${randomUUID()}`)
  try {
    const failed = await writeTree(c, { gitDir, workTree: into, index, tree })
    if (failed) return fail(failed)
    await carryFiles(c, { path: into }, await carriedBy(c, tree, carry, gitDir))
    return ok(undefined)
  } finally {
    rmSync(index, { force: true })
  }
}

/** A store that has the tree: previews, or a session's snapshots. */
const storeWith = async (c: Context, tree: Sha): Promise<string | null> => {
  const folder = join(c.stateDir, 'snapshots')
  const stores = [scratchStore(c), ...(existsSync(folder) ? readdirSync(folder).map((f) => join(folder, f)) : [])]
  for (const gitDir of stores) {
    if ((await c.git(['cat-file', '-e', `${tree}^{tree}`], { gitDir, expect: 'any' })).code === 0) return gitDir
  }
  return null
}

/** Makes a worktree anew: nothing is written over data. With a snapshot its files, unstaged, on top of the branch's tip. */
export const restoreWorktree = async (c: Context, spec: WorktreeSpec, snapshot: Sha | null): Promise<Result<void>> => {
  const record = recordOf(c.place(), spec.path)
  if (record && existsSync(spec.path) && readdirSync(spec.path).length > 0) {
    // The files are there, only .git is not: data stays as it is.
    repairGitFile(spec.path, record.gitDir)
    return ok(undefined)
  }
  const added = await addWorktree(c, spec)
  if (!added.ok) return added
  if (snapshot === null) {
    const filled = await fillWorktree(c, spec, [])
    return filled.ok ? ok(undefined) : filled
  }
  const made = recordOf(c.place(), spec.path)
  if (!made) throw new Error(`git made no record for ${spec.path}`)
  await trustHooks(c, made, spec)
  const tip = (await branchTip(c, spec.branch)) ?? spec.base
  const store = c.snapshotStore(spec.session)
  const index = join(c.stateDir, `restore-${randomUUID()}`)
  try {
    const failed = await writeTree(c, { gitDir: store, workTree: spec.path, index, tree: snapshot })
    if (failed) return fail(failed)
  } finally {
    rmSync(index, { force: true })
  }
  const making = join(made.gitDir, `orchestra-index-${randomUUID()}`)
  await c.git(['read-tree', tip], { gitDir: made.gitDir, index: making })
  renameSync(making, join(made.gitDir, 'index'))
  return ok(undefined)
}
