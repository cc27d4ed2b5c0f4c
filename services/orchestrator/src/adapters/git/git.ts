/** The one way this code calls git: hardened environment, explicit repository, an empty folder as cwd. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { records } from './bytes.ts'
import { blanked, EMPTY_TREE, globalArgs, hardenedEnv, type Setting } from './hardened.ts'
import { runProcess, type Output } from './spawn.ts'

export type { Output } from './spawn.ts'
export type { Setting } from './hardened.ts'

/** git said no where nothing in the code expects it. */
export class GitFailed extends Error {
  readonly code: number
  readonly stderr: string
  constructor(args: string[], out: Output) {
    super(`git ${args.slice(0, 4).join(' ')} ended with ${out.code}: ${out.stderr.slice(0, 2000)}`)
    this.code = out.code
    this.stderr = out.stderr
  }
}

export type GitOptions = {
  /** Default: the project's own gitdir. */
  gitDir?: string
  /** Default: the empty folder, so nothing of any work tree is seen. */
  workTree?: string
  /** Default: an index that does not exist. */
  index?: string
  /** Where new objects go, instead of the repository's own store. */
  objects?: string
  /** Tree or commit whose .gitattributes count; default none. */
  attributes?: string
  input?: Buffer | string | Readable
  /** Bytes of output allowed; default 64 MiB. */
  maxOutput?: number
  timeoutMs?: number
  settings?: readonly Setting[]
  env?: Record<string, string>
  /** Exit codes that are answers rather than failures. Default: 0 alone. */
  expect?: readonly number[] | 'any'
}
/** A process as it would be started, for callers that talk with it line by line. */
export type Command = { file: string; args: string[]; env: Record<string, string>; cwd: string }
export type Git = {
  (args: string[], o?: GitOptions): Promise<Output>
  command: (args: string[], o?: GitOptions) => Promise<Command>
}

const MINUTE = 60_000

/** `defaultGitDir` is asked at each call, because the repository is found lazily. */
export const createGit = (stateDir: string, defaultGitDir: () => string, uid = process.getuid?.() ?? 0): Git => {
  const empty = join(stateDir, 'empty')
  mkdirSync(empty, { recursive: true })
  const named = new Map<string, { stamp: string; at: number; settings: Setting[] }>()

  const command = (args: string[], gitDir: string, o: GitOptions, extra: readonly Setting[]): Command => {
    const workTree = o.workTree ?? empty
    const vars: Record<string, string> = {
      GIT_DIR: gitDir, GIT_WORK_TREE: workTree, GIT_INDEX_FILE: o.index ?? join(empty, 'index'),
      GIT_ATTR_SOURCE: o.attributes ?? EMPTY_TREE, ...o.env,
    }
    if (o.objects) vars['GIT_OBJECT_DIRECTORY'] = o.objects
    const foreign = [gitDir, workTree].filter((p) => ownerOf(p) !== uid).map((p): Setting => ['safe.directory', p])
    return { file: 'git', args: [...globalArgs, ...args], cwd: empty, env: hardenedEnv(vars, [...extra, ...foreign, ...(o.settings ?? [])]) }
  }

  const raw = (args: string[], gitDir: string, o: GitOptions, extra: readonly Setting[]): Promise<Output> => {
    const { file, args: all, env, cwd } = command(args, gitDir, o, extra)
    return runProcess(file, all, { env, cwd, input: o.input, maxOutput: o.maxOutput ?? 64 * 1024 * 1024, timeoutMs: o.timeoutMs ?? 2 * MINUTE })
  }

  /** Drivers and hooks that the repository's configuration names. Asked again when a file of it changed, or after 5 s (included files). */
  const namedBy = async (gitDir: string): Promise<Setting[]> => {
    const stamp = ['config', 'config.worktree', '../../config'].map((f) => stampOf(join(gitDir, f))).join()
    const known = named.get(gitDir)
    if (known && known.stamp === stamp && Date.now() - known.at < 5000) return known.settings
    const out = await raw(['config', '--list', '--name-only', '-z'], gitDir, {}, [])
    if (out.code !== 0) throw new GitFailed(['config', '--list'], out)
    const settings = blanked(records(out.stdout).map((r) => Buffer.from(r, 'latin1').toString('utf8')))
    named.set(gitDir, { stamp, at: Date.now(), settings })
    return settings
  }

  const git = async (args: string[], o: GitOptions = {}): Promise<Output> => {
    const gitDir = o.gitDir ?? defaultGitDir()
    const out = await raw(args, gitDir, o, await namedBy(gitDir))
    const expect = o.expect ?? [0]
    if (expect !== 'any' && !expect.includes(out.code)) throw new GitFailed(args, out)
    return out
  }
  return Object.assign(git, {
    command: async (args: string[], o: GitOptions = {}): Promise<Command> => {
      const gitDir = o.gitDir ?? defaultGitDir()
      return command(args, gitDir, o, await namedBy(gitDir))
    },
  })
}

const ownerOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.uid ?? null
const stampOf = (path: string): string => {
  const s = statSync(path, { throwIfNoEntry: false })
  return s ? `${s.ino}.${s.size}.${s.mtimeMs}` : '-'
}
