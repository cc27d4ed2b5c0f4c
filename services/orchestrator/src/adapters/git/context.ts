/** What every part of the adapter works with: the options, git, locks, and where the repository's pieces are. */
import { join } from 'node:path'
import { type ProjectId, type SessionId, Sha } from '@orchestra/contracts'
import { createGit, type Git, type GitOptions } from './git.ts'
import { identityFor, type Identity } from './identity.ts'
import { createLocks, type Locks } from './locks.ts'
import { locate, type Place } from './locate.ts'

export type RepositoryOptions = {
  /** Top of the person's work tree (or any path that leads there by links). */
  projectDir: string
  /** The person's home, for their global git configuration; it may be missing. */
  home: string
  /** Copy of what matters of that configuration (`config`, `ignore`), for where the home can't be seen. Default: .orchestra/git in the home. */
  personGit?: string
  project: ProjectId
  /** Folder of ours: snapshot stores, the mirror's objects, journals. Never mounted into an agent. */
  stateDir: string
  /** The designer's mirror: a folder of ours, mounted read-only into agents. */
  mirrorDir: string
  /** Asked whenever the spec's folder is made. Default: specs stay out of git. */
  keepSpecsInGit?: () => boolean
  /** Default: the process's own. Where a repository belongs to somebody else, its exact path is declared safe. */
  uid?: number
  /** Called between the steps of what must survive a crash; a test throws from it. */
  crashpoint?: (step: string) => void
}

export type Context = RepositoryOptions & {
  git: Git
  locks: Locks
  place: () => Place
  identity: () => Promise<Identity>
  snapshotStore: (session: SessionId) => string
  crash: (step: string) => void
}

export const createContext = (o: RepositoryOptions): Context => {
  let found: Place | null = null
  const place = (): Place => (found ??= locate(o.projectDir))
  return {
    ...o,
    place,
    git: createGit(o.stateDir, () => place().gitDir, o.uid),
    locks: createLocks(),
    identity: identityFor({ home: o.home, copy: o.personGit ?? join(o.home, '.orchestra', 'git') }, () => place().gitDir),
    snapshotStore: (session) => join(o.stateDir, 'snapshots', `${session}.git`),
    crash: o.crashpoint ?? (() => undefined),
  }
}

/** First line of a command's output as an object name; null when git ended with another code or said something else. */
export const shaFrom = async (git: Git, args: string[], o: GitOptions = {}): Promise<Sha | null> => {
  const out = await git(args, { ...o, expect: 'any' })
  const parsed = Sha.safeParse(out.stdout.toString('latin1').trim())
  return out.code === 0 && parsed.success ? parsed.data : null
}

/** As `shaFrom`, where anything but an object name is a bug. */
export const mustSha = async (git: Git, args: string[], o: GitOptions = {}): Promise<Sha> =>
  Sha.parse((await git(args, o)).stdout.toString('latin1').trim())

export const treeOf = (git: Git, commit: string, o: GitOptions = {}): Promise<Sha> =>
  mustSha(git, ['rev-parse', '--verify', `${commit}^{tree}`], o)
