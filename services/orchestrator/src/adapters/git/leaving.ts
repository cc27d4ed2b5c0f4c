/** The port of `orchestra remove` and `orchestra restore`: what of ours leaves the repository, and comes back. */
import type { Readable } from 'node:stream'
import type { SessionId, Sha } from '@orchestra/contracts'
import { createContext, type RepositoryOptions } from './context.ts'
import { bundle, dropOwnRefs, ownWorktrees, pinnedBase, pinPack, unbundle } from './leave.ts'
import type { OwnWorktree } from './leave.ts'

export type Leaving = {
  worktrees(parent: string): Promise<OwnWorktree[]>
  base(session: string): Promise<Sha | null>
  pinPack(session: SessionId, pack: Readable, tip: Sha): Promise<boolean>
  bundle(file: string): Promise<{ refs: string[] } | null>
  dropRefs(): Promise<number>
  unbundle(file: string): Promise<{ made: string[]; kept: string[] }>
}

export const createLeaving = (options: RepositoryOptions): Leaving => {
  const c = createContext(options)
  return {
    worktrees: (parent) => ownWorktrees(c, parent), base: (session) => pinnedBase(c, session), pinPack: (session, pack, tip) => pinPack(c, session, pack, tip),
    bundle: (file) => bundle(c, file), dropRefs: () => dropOwnRefs(c), unbundle: (file) => unbundle(c, file),
  }
}
