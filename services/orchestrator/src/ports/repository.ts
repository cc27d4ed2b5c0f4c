/**
 * The person's repository, its worktrees and what agents bring, as the engine needs them. One adapter: adapters/git.
 *
 * Every method may be repeated after a crash and finds what an earlier attempt left. None runs code that a repository
 * configures (hooks, filters, drivers), none follows a link below a worktree or the project, none touches the person's index,
 * uncommitted files or branches except as its comment says. Expected failures come back as problems, bugs are thrown.
 */
import type { Readable } from 'node:stream'
import type { DiffView, Result, SessionId, Sha, FileChange, DiffStat } from '@orchestra/contracts'

export type Checkout = {
  /** null when HEAD is detached or unborn */
  branch: string | null
  head: Sha | null
  branches: string[]
  /** Paths that differ from HEAD or are untracked and not ignored. */
  dirty: string[]
  /** An open merge, rebase, cherry-pick or bisect, in git's word. */
  busy: string | null
}

export type RepositoryFacts = {
  /** Absolute, real path of the work tree's top. */
  top: string
  gitDir: string
  /** `objects` folder that agents get read-only (plus what its alternates name). */
  objects: string
  alternates: string[]
  submodules: string[]
  warnings: string[]
}

export type WorktreeSpec = {
  session: SessionId
  branch: string
  base: Sha
  path: string
  /** Branch that it is merged into: hooks run by its rules in this worktree. Default: the checkout's branch. */
  target?: string | null
}

export type SeedGit = {
  objects: string
  config: [string, string][]
  excludes: string
  authorName: string
  authorEmail: string
}

export type ImportOutcome =
  | { kind: 'imported'; tip: Sha; commits: number; flags: string[]; pinned: Sha | null }
  | { kind: 'nothing'; tip: Sha }
  /** Not now: the worktree has an open merge, rebase or bisect, or HEAD is off the branch. Try again later. */
  | { kind: 'waiting'; reason: string }
  /** The host's branch got commits of its own meanwhile: the agent's tip is pinned, not lost; the agent is told. */
  | { kind: 'diverged'; tip: Sha; pinned: Sha }
  | { kind: 'rejected'; reason: string }
  | { kind: 'need-full' }

export type MergePreview =
  | { kind: 'clean'; tree: Sha; mergeBase: Sha; alreadyMerged: boolean }
  | { kind: 'conflict'; files: string[]; mergeBase: Sha }

export type LandOutcome =
  | { kind: 'landed'; sha: Sha; checkoutUpdated: boolean }
  | { kind: 'moved'; target: Sha; tip: Sha }
  /** Target is checked out and these files, edited, staged or untracked there, are touched by the merge. Nothing moved. */
  | { kind: 'needs-edited-files'; files: string[] }
  | { kind: 'busy'; what: string }

export interface Repository {
  /** Refuses bare, empty, partial clones and other formats with `unsupported_repository`. Submodules, LFS, shallow: works, with warnings. */
  facts(): Promise<Result<RepositoryFacts>>
  checkout(): Promise<Checkout>
  /** The part of `checkout` that costs next to nothing. */
  head(): Promise<Pick<Checkout, 'branch' | 'head' | 'busy'>>
  branches(): Promise<string[]>
  /** Resolves a branch, tag or commit. */
  resolve(name: string): Promise<Sha | null>
  branchTip(branch: string): Promise<Sha | null>
  /** A branch name near `wanted` that can be created now: no such branch, none below or above it. */
  freeBranch(wanted: string): Promise<string>
  /** Names of what lies in the folder of the worktrees, whoever left it there. */
  worktreeFolders(parent: string): Promise<string[]>
  aheadBehind(branch: Sha, of: Sha): Promise<{ ahead: number; behind: number }>

  /** Branch at base, worktree at path without files yet, base pinned. Then `fillWorktree` writes the files. Existing empty folder: fine. Anything else there: problem. */
  addWorktree(spec: WorktreeSpec): Promise<Result<void>>
  fillWorktree(spec: WorktreeSpec, carry: string[]): Promise<Result<{ carried: string[]; submodules: string[] }>>
  /** Removes worktree and record; refuses to lose anything: uncommitted work has been snapshot by the caller. Branch stays, tip pinned. */
  removeWorktree(spec: { session: SessionId; path: string; branch: string }): Promise<Result<void>>
  restoreWorktree(spec: WorktreeSpec, snapshot: Sha | null): Promise<Result<void>>
  worktreeState(session: SessionId, path: string): Promise<'ok' | 'missing' | 'gitfile-changed'>
  /** Folders below a worktree that are repositories of their own, besides `known` ones: those that hold a `.git`, and bare ones. */
  nestedRepositories(path: string, known: string[]): Promise<string[]>
  /** Names the very file that is the worktree's .git: a container's mount over it lives as long as that. Null: there is none. */
  gitFileId(path: string): Promise<string | null>
  /** Byte copy of the worktree's index, for the agent's private gitdir; null when there is none (split index is rebuilt). */
  worktreeIndex(path: string): Promise<Buffer | null>
  /** Bytes on the disk, of a worktree (null: it is gone) and of a session's snapshots. */
  diskUse(session: SessionId, path: string | null): Promise<{ worktree: number | null; snapshots: number }>
  /** Drops a session's snapshots, and its pins as far as a branch leads to them. What no branch leads to stays pinned. */
  forgetSession(session: SessionId): Promise<void>
  seedGit(session: SessionId): Promise<SeedGit>

  /** Takes a pack of commits as untrusted bytes: index-pack, connectivity, policy, attic pin, compare-and-swap of the branch, the person's staged entries kept. */
  importCommits(spec: WorktreeSpec, pack: Readable, tip: Sha, carried: string[]): Promise<ImportOutcome>
  /** Takes a snapshot commit into the session's own bare store. Same checks, no ref of the person's repository moves. */
  importSnapshot(session: SessionId, pack: Readable, snapshot: Sha, head: Sha): Promise<ImportOutcome>
  newestSnapshot(session: SessionId): Promise<{ sha: Sha; tree: Sha; head: Sha } | null>

  /** Merge base of target and tip → newest snapshot (or tip), from objects only. */
  diff(of: { session: SessionId; tip: Sha; target: Sha; version: number; context: number }): Promise<DiffView>
  diffCommits(from: Sha, to: Sha, context: number): Promise<{ files: FileChange[]; stat: DiffStat }>
  diffStat(of: { session: SessionId; tip: Sha; target: Sha }): Promise<DiffStat>

  previewMerge(target: Sha, tip: Sha): Promise<MergePreview>
  /** Writes the merged tree's files into an empty folder (for checks); no gitdir there. */
  exportTree(tree: Sha, into: string, carry: string[]): Promise<Result<void>>
  landMerge(m: { target: string; targetSha: Sha; tip: Sha; tree: Sha; message: string }): Promise<LandOutcome>
  revert(m: { target: string; merged: Sha; message: string }): Promise<Result<Sha>>
  pushCommand(branch: string): Promise<string | null>

  /** Stages the session's changes in the checkout; refuses where it would touch what is uncommitted. Records what it did for `unapply`. */
  applyToCheckout(session: SessionId, base: Sha, tree: Sha): Promise<Result<{ files: string[] }>>
  unapplyFromCheckout(session: SessionId): Promise<Result<{ files: string[] }>>

  /** Pins so that the person's gc keeps what agents are shown. */
  pin(ref: string, sha: Sha): Promise<void>

  /** Brings the designer's mirror up to the checkout: tracked and untracked, never ignored. True when something changed. */
  syncMirror(): Promise<{ changed: boolean; head: Sha | null; branch: string | null; tree: Sha }>
  /** Calls back (debounced, ≤ 1 s late) when the checkout, its refs or a worktree's refs or index may have changed. Returns the stopper. */
  watch(onChange: (what: 'checkout' | 'refs') => void): () => void

  /** .orchestra/spec/designer.md, opened component by component without following links; a write is atomic. */
  readSpec(): Promise<{ text: string; revision: string } | null>
  writeSpec(text: string, expected: string | null): Promise<Result<{ revision: string }>>
  /** A file of a commit, for configuration on the target branch. Null when absent or over 256 KiB. */
  fileAt(commit: Sha, path: string): Promise<{ text: string; blob: Sha } | null>
}
