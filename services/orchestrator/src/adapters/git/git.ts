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
const KEPT_MS = 5000
const YOUNG_MS = 2000

/** `defaultGitDir` is asked at each call, because the repository is found lazily. */
export const createGit = (stateDir: string, defaultGitDir: () => string, uid = process.getuid?.() ?? 0): Git => {
  const empty = join(stateDir, 'empty')
  mkdirSync(empty, { recursive: true })
  const named = new Map<string, { stamp: string; until: number; settings: Promise<Setting[]> }>()

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

  const keysOf = async (gitDir: string): Promise<string[]> => {
    const out = await raw(['config', '--list', '--name-only', '-z'], gitDir, {}, [])
    if (out.code !== 0) throw new GitFailed(['config', '--list'], out)
    return records(out.stdout).map((r) => Buffer.from(r, 'latin1').toString('utf8'))
  }

  /**
   * Drivers and hooks that the repository's configuration names. Asked again when a file of it changed, or after 5 s where it
   * includes other files, or where a file is so young that a change need not show in its times.
   */
  const namedBy = (gitDir: string): Promise<Setting[]> => {
    const own = stampOf(join(gitDir, 'config'), join(gitDir, 'config.worktree'))
    const main = join(gitDir, '../..')
    const mains = stampOf(join(main, 'config'))
    // The record of a worktree without configuration of its own: the repository's alone counts.
    if (own.text === NO_FILES && mains.text !== NO_FILE && named.get(main)?.until === Number.POSITIVE_INFINITY) return namedBy(main)
    const stamp = `${own.text},${mains.text}`
    const known = named.get(gitDir)
    if (known && known.stamp === stamp && Date.now() < known.until) return known.settings
    const keys = keysOf(gitDir)
    const mine = { stamp, until: Date.now() + KEPT_MS, settings: keys.then(blanked) }
    named.set(gitDir, mine)
    const settled = Date.now() - Math.max(own.newest, mains.newest) > YOUNG_MS
    keys.then(
      (all) => { if (settled && !all.some((key) => /^include(if)?\./.test(key))) mine.until = Number.POSITIVE_INFINITY },
      () => { if (named.get(gitDir) === mine) named.delete(gitDir) })
    return mine.settings
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
const NO_FILE = '-'
const NO_FILES = '-,-'
const stampOf = (...files: string[]): { text: string; newest: number } => {
  const all = files.map((f) => statSync(f, { throwIfNoEntry: false }))
  return { text: all.map((s) => (s ? `${s.ino}.${s.size}.${s.mtimeMs}.${s.ctimeMs}` : NO_FILE)).join(), newest: Math.max(0, ...all.map((s) => s?.ctimeMs ?? 0)) }
}
