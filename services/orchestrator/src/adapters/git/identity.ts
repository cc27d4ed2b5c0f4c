/** The person's git configuration as their own git would see it, read without running anything that it names. */
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { records } from './bytes.ts'
import { runProcess } from './spawn.ts'

export type Identity = {
  name: string
  email: string
  /** Last value of every key, lower-case section and name as git prints them. */
  config: Map<string, string>
  /** Content of the excludes file that applies to all of the person's repositories; empty when there is none. */
  excludes: string
}

const KEPT_MS = 5000
const MAX_EXCLUDES = 256 * 1024

export type PersonFiles = {
  /** The person's home, where it can be seen. */
  home: string
  /** Folder with a copy of what matters of it: `config` and `ignore`, written where the home is visible. Counts where the home has nothing. */
  copy: string
}

/** `git config --list` starts no program: hooks, filters and pagers are not involved, so the person's files can be read as they are. */
export const identityFor = (from: PersonFiles, gitDir: () => string): (() => Promise<Identity>) => {
  let known: { at: number; value: Promise<Identity> } | null = null
  return () => {
    if (known && Date.now() - known.at < KEPT_MS) return known.value
    const value = readIdentity(from, gitDir())
    known = { at: Date.now(), value }
    value.catch(() => { known = null })
    return value
  }
}

const readIdentity = async (from: PersonFiles, gitDir: string): Promise<Identity> => {
  const { home } = from
  const own = existsSync(join(home, '.gitconfig')) || existsSync(join(home, '.config/git/config'))
  const env: Record<string, string> = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, GIT_DIR: gitDir, GIT_PAGER: 'cat', LC_ALL: 'C' }
  if (!own) env['GIT_CONFIG_GLOBAL'] = existsSync(join(from.copy, 'config')) ? join(from.copy, 'config') : '/dev/null'
  const out = await runProcess('git', ['config', '--list', '-z'], { env, cwd: '/', maxOutput: 8 * 1024 * 1024, timeoutMs: 20_000 })
  if (out.code !== 0) throw new Error(`the git configuration can't be read: ${out.stderr}`)
  const config = new Map<string, string>()
  for (const r of records(out.stdout)) {
    const text = Buffer.from(r, 'latin1').toString('utf8')
    const at = text.indexOf('\n')
    config.set(at < 0 ? text : text.slice(0, at), at < 0 ? 'true' : text.slice(at + 1))
  }
  const named = config.get('core.excludesfile')
  const files = [named?.startsWith('~/') ? join(home, named.slice(2)) : named ?? join(home, '.config/git/ignore'), ...(own ? [] : [join(from.copy, 'ignore')])]
  const file = files.find((f) => f !== '' && existsSync(f))
  const last = lastInReflog(gitDir)
  return {
    name: config.get('user.name')?.trim() || last?.name || 'Orchestra',
    email: config.get('user.email')?.trim() || last?.email || 'orchestra@localhost',
    config, excludes: file ? (await readFile(file, 'utf8')).slice(0, MAX_EXCLUDES) : '',
  }
}

/** Who last moved HEAD in this checkout: the person, where their settings can't be seen. */
const lastInReflog = (gitDir: string): { name: string; email: string } | null => {
  const file = join(gitDir, 'logs', 'HEAD')
  if (!existsSync(file)) return null
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const m = /^[0-9a-f]{40} [0-9a-f]{40} (.+) <([^>]+)> \d+ /.exec(lines.at(-1) ?? '')
  return m?.[1] && m[2] ? { name: m[1], email: m[2] } : null
}

/** Author and committer of what we write in the person's name. */
export const identityEnv = (who: Identity): Record<string, string> => ({
  GIT_AUTHOR_NAME: who.name, GIT_AUTHOR_EMAIL: who.email, GIT_COMMITTER_NAME: who.name, GIT_COMMITTER_EMAIL: who.email,
})
