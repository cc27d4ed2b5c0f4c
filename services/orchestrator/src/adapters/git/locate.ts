/** Finds gitdir, common folder and objects of the project by reading files, before any git runs. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

export type Place = {
  top: string
  /** The checkout's own gitdir: HEAD and index. */
  gitDir: string
  /** Shared by all worktrees: refs, objects, config. The same as `gitDir` unless the project is a linked worktree. */
  common: string
  objects: string
}

/** The project is no work tree that we can serve; `reason` is a sentence for a person. */
export class NoRepository extends Error {
  readonly next: string
  constructor(reason: string, next: string) {
    super(reason)
    this.next = next
  }
}

export const locate = (projectDir: string): Place => {
  const top = realpathSync(projectDir)
  const dotGit = join(top, '.git')
  const st = statSync(dotGit, { throwIfNoEntry: false })
  if (!st) {
    if (existsSync(join(top, 'objects')) && existsSync(join(top, 'HEAD'))) {
      throw new NoRepository(`${top} is a bare repository: there are no files to work on.`, 'Clone it, and start Orchestra in the clone.')
    }
    throw new NoRepository(`${top} is not the top of a git repository.`, 'Start Orchestra in a git repository, or make one with `git init` and a first commit.')
  }
  const gitDir = st.isDirectory() ? realpathSync(dotGit) : linkedGitDir(top, dotGit)
  const commonFile = join(gitDir, 'commondir')
  const common = existsSync(commonFile) ? realpathSync(resolve(gitDir, readFileSync(commonFile, 'utf8').trim())) : gitDir
  return { top, gitDir, common, objects: join(common, 'objects') }
}

const linkedGitDir = (top: string, dotGit: string): string => {
  const m = /^gitdir: (.+?)\n?$/s.exec(readFileSync(dotGit, 'utf8'))
  const dir = m?.[1] ? resolve(top, m[1]) : null
  if (!dir || !existsSync(dir)) {
    throw new NoRepository(`${top} is a linked worktree whose repository (${dir ?? 'unreadable .git file'}) can't be reached from here.`, 'Start Orchestra in the main checkout of that repository.')
  }
  return realpathSync(dir)
}
