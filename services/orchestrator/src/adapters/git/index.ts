/** The port `Repository` on real git. */
import { mkdirSync } from 'node:fs'
import type { Repository } from '../../ports/repository.ts'
import { applyToCheckout, unapplyFromCheckout } from './apply.ts'
import { createContext, type RepositoryOptions } from './context.ts'
import { diskUse, forgetSession } from './disk.ts'
import { createDiffer, fileChanges } from './diff.ts'
import { checkout, facts, head } from './facts.ts'
import { fileAt } from './files.ts'
import { exportTree, fillWorktree, restoreWorktree } from './fill.ts'
import { importCommits } from './import.ts'
import { createLander } from './land.ts'
import { previewMerge } from './merge-preview.ts'
import { nestedRepositories } from './nested.ts'
import { createMirror } from './mirror.ts'
import { pushCommand } from './push.ts'
import { recover } from './recover.ts'
import { branchTip, createDistances, freeBranch, listBranches, pin, resolveName } from './refs.ts'
import { seedGit, worktreeIndex } from './seed.ts'
import { createSnapshots } from './snapshots.ts'
import { readSpec, writeSpec } from './spec.ts'
import { watch } from './watch.ts'
import { addWorktree, gitFileId, removeWorktree, worktreeState, worktreeFolders } from './worktrees.ts'

export type { RepositoryOptions } from './context.ts'

export const createRepository = (options: RepositoryOptions): Repository => {
  mkdirSync(options.stateDir, { recursive: true })
  const c = createContext(options)
  const snapshots = createSnapshots(c)
  const differ = createDiffer(c, snapshots)
  const distances = createDistances(c)
  const lander = createLander(c)
  const mirror = createMirror(c)
  let recovered: Promise<void> | null = null
  /** Whatever changes the repository first lets an earlier process's half-done change be finished or taken back. */
  const ready = async <T>(work: () => Promise<T>): Promise<T> => {
    recovered ??= recover(c)
    await recovered
    return work()
  }
  return {
    facts: () => facts(c),
    checkout: () => checkout(c),
    head: () => head(c),
    branches: async () => listBranches(c),
    resolve: (name) => resolveName(c, name),
    branchTip: (branch) => branchTip(c, branch),
    freeBranch: async (wanted) => freeBranch(c, wanted),
    worktreeFolders: async (parent) => worktreeFolders(parent),
    aheadBehind: distances,
    addWorktree: (spec) => ready(() => addWorktree(c, spec)),
    fillWorktree: (spec, carry) => ready(() => fillWorktree(c, spec, carry)),
    removeWorktree: (spec) => ready(() => removeWorktree(c, spec)),
    restoreWorktree: (spec, snapshot) => ready(() => restoreWorktree(c, spec, snapshot)),
    worktreeState: async (_session, path) => worktreeState(c, path),
    nestedRepositories: (path, known) => nestedRepositories(path, new Set(known)),
    gitFileId: async (path) => gitFileId(path),
    worktreeIndex: (path) => worktreeIndex(c, path),
    diskUse: (session, path) => diskUse(c, session, path),
    forgetSession: (session) => ready(() => forgetSession(c, session)),
    seedGit: () => seedGit(c),
    importCommits: (spec, pack, tip, carried) => ready(() => importCommits(c, spec, pack, tip, carried)),
    importSnapshot: (session, pack, snapshot, head) => ready(() => snapshots.import(session, pack, snapshot, head)),
    newestSnapshot: (session) => snapshots.newest(session),
    diff: (of) => differ.diff(of),
    diffCommits: async (from, to, context) => {
      const { files, stat } = await fileChanges(c, {}, from, to, context)
      return { files, stat }
    },
    diffStat: (of) => differ.stat(of),
    previewMerge: (target, tip) => previewMerge(c, target, tip),
    exportTree: (tree, into, carry) => exportTree(c, tree, into, carry),
    landMerge: (m) => ready(() => lander.merge(m)),
    revert: (m) => ready(() => lander.revert(m)),
    pushCommand: (branch) => pushCommand(c, branch),
    applyToCheckout: (session, base, tree) => ready(() => applyToCheckout(c, session, base, tree)),
    unapplyFromCheckout: (session) => ready(() => unapplyFromCheckout(c, session)),
    pin: (ref, sha) => pin(c, ref, sha),
    syncMirror: () => mirror.sync(),
    watch: (onChange) => watch(c, onChange),
    readSpec: async () => readSpec(c),
    writeSpec: (text, expected) => writeSpec(c, text, expected),
    fileAt: (commit, path) => fileAt(c, commit, path),
  }
}
