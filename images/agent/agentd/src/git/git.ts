/** git on the session's private gitdir. */
import { run } from '../process.ts'
import type { Finished } from '../process.ts'
import type { Places } from '../places.ts'

export type GitOptions = { index?: string; input?: string | Buffer; env?: Record<string, string>; maxBytes?: number }

export type Git = {
  /** Whatever it ends with. */
  try(args: readonly string[], options?: GitOptions): Promise<Finished>
  /** Standard output, trimmed at its end; throws with git's words when it fails. */
  (args: readonly string[], options?: GitOptions): Promise<string>
}

/** Hooks are off: what agentd does with the gitdir is not the agent's commit. */
export const gitOn = (places: Places): Git => {
  const attempt = (args: readonly string[], options: GitOptions = {}): Promise<Finished> =>
    run('git', ['--no-pager', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0', ...args], {
      cwd: places.workspace,
      input: options.input,
      maxBytes: options.maxBytes,
      env: {
        PATH: process.env['PATH'],
        HOME: places.home,
        LC_ALL: 'C.UTF-8',
        GIT_DIR: places.git,
        GIT_WORK_TREE: places.workspace,
        GIT_OPTIONAL_LOCKS: '0',
        GIT_TERMINAL_PROMPT: '0',
        ...(options.index === undefined ? {} : { GIT_INDEX_FILE: options.index }),
        ...options.env,
      },
    })
  const git = async (args: readonly string[], options: GitOptions = {}): Promise<string> => {
    const done = await attempt(args, options)
    if (done.code === 0) return done.stdout.toString('utf8').trimEnd()
    throw new Error(`git ${args.slice(0, 6).join(' ')} ended with ${done.code ?? done.signal}: ${done.stderr.trim().slice(-2000)}`)
  }
  return Object.assign(git, { try: attempt })
}
