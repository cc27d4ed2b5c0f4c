/** Runs functions of the launcher in the shell that people have, without an engine. */
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { root } from '../harness/imports.ts'

export type Outcome = { code: number; out: string; err: string }

const run = (command: string, args: readonly string[], cwd: string, env: Record<string, string>): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...process.env, ...env } }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
    )
  })

/** A folder of its own, outside of any repository. */
export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'orchestra-launcher-'))

/** The launcher itself; no engine is reached, so only what it says before it needs one can be asked. */
export const orchestra = (cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
  run(join(root, 'orchestra'), args, cwd, { ORCHESTRA_HOME: join(cwd, '.state'), DOCKER_HOST: 'unix:///nonexistent.sock', ...env })

/** A piece of shell with all parts of the launcher sourced. */
export const shell = (cwd: string, script: string, env: Record<string, string> = {}): Promise<Outcome> => {
  const parts = 'launcher/common engine launcher/hostenv launcher/images launcher/project launcher/settings launcher/stack launcher/health launcher/lifecycle'
  const prelude = `set -eu; for part in ${parts}; do . "$ORCHESTRA_ROOT/scripts/$part.sh"; done;`
  return run('sh', ['-c', `${prelude} ${script}`], cwd, { ORCHESTRA_ROOT: root.replace(/\/$/, ''), ORCHESTRA_HOME: join(cwd, '.state'), ...env })
}

const identity = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@localhost', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@localhost' }

/** git, with an identity and without the machine's own configuration. Throws with git's words. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await run('git', args, cwd, { ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' })
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${err}`)
  return out.trim()
}
