/** Runs functions of the launcher in the shell that people have, without an engine. */
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

import { root } from '../harness/imports.ts'

export type Outcome = { code: number; out: string; err: string }

/** Runs a program to its end; a failure is its outcome, not an exception. */
export const execute = (command: string, args: readonly string[], cwd: string, env: Record<string, string>): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(command, args, { cwd, env: withoutEmpty({ ...process.env, ...env }), maxBuffer: 16 * 1024 * 1024 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
    )
  })

/** An empty value takes a variable out. */
const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))

/** Gives a folder and all in it to a user. */
export function give(path: string, uid: number): void {
  chownSync(path, uid, uid)
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) give(join(path, entry.name), uid)
    else chownSync(join(path, entry.name), uid, uid)
  }
}

const made: string[] = []
/** Registered before those of the file that uses this, so it runs after them. */
afterAll(() => { for (const folder of made) rmSync(folder, { recursive: true, force: true }) })

/** A folder of its own, outside of any repository; gone with the test file. */
export const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'orchestra-launcher-'))
  made.push(folder)
  chmodSync(folder, 0o755)
  return folder
}

/** The launcher itself; no engine is reached, so only what it says before it needs one can be asked. */
export const orchestra = (cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
  execute(join(root, 'orchestra'), args, cwd, { ORCHESTRA_HOME: join(cwd, '.state'), DOCKER_HOST: 'unix:///nonexistent.sock', ...env })

/** A piece of shell with all parts of the launcher sourced. */
export const shell = (cwd: string, script: string, env: Record<string, string> = {}): Promise<Outcome> => {
  const parts = 'launcher/common engine launcher/hostenv launcher/images launcher/project launcher/settings launcher/stack launcher/health launcher/lifecycle launcher/remove launcher/backup launcher/cli'
  const prelude = `set -eu; for part in ${parts}; do . "$ORCHESTRA_ROOT/scripts/$part.sh"; done;`
  return execute('sh', ['-c', `${prelude} ${script}`], cwd, { ORCHESTRA_ROOT: root.replace(/\/$/, ''), ORCHESTRA_HOME: join(cwd, '.state'), ...env })
}

const identity = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@localhost', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@localhost' }

/** git, with an identity and without the machine's own configuration. Throws with git's words. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await execute('git', args, cwd, { ...identity, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' })
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${err}`)
  return out.trim()
}
