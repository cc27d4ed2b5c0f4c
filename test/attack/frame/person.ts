/** The person: plain git on the host as anybody would use it, and the page's API with a signed-in cookie. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandName, CommandReply, StateSnapshot } from '@orchestra/contracts'
import { program } from './program.ts'
import type { Ran } from './program.ts'

export type Person = {
  /** sh on the host as the project's owner, in a folder. */
  sh: (cwd: string, script: string, deadlineMs?: number) => Promise<Ran>
  git: (cwd: string, ...args: string[]) => Promise<Ran>
  /** What a person does with git in a day, in a session's worktree and in the project. */
  everyday: (worktree: string, branch: string) => Promise<number>
  command: <N extends CommandName>(name: N, input: unknown) => Promise<CommandReply<N>>
  get: (path: string) => Promise<Response>
  /** As the page sends it: cookie, Origin, JSON. */
  send: (method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown) => Promise<Response>
  state: () => Promise<StateSnapshot>
  /** Header value of the signed-in cookie. */
  cookie: string
}

const inWorktree = [
  ['status'], ['diff'], ['diff', '--cached'], ['diff', 'HEAD~1'], ['log', '-p', '-3', '--all'], ['show', 'HEAD'], ['add', '-A'], ['status', '--short'], ['stash', 'list'],
  ['blame', 'README.md'], ['grep', 'one'], ['branch', '-a'], ['ls-files', '-s'], ['reset', '-q'],
  ['checkout', '-q', '--', 'README.md'], ['describe', '--always', '--dirty'], ['worktree', 'list'], ['fsck', '--no-progress'],
  // Off the branch, so that it does not move under what the agent hands over next.
  ['checkout', '-q', '--detach'], ['commit', '--allow-empty', '-qm', 'by hand'],
]
const inProject = (branch: string): string[][] => [
  ['status'], ['fetch', '--all', '-q'], ['log', '-p', '-3', '--all'], ['show', branch], ['diff', `main...${branch}`], ['merge', '--no-commit', '--no-ff', branch], ['merge', '--abort'],
  ['checkout', '-q', '--detach', branch], ['status'], ['checkout', '-q', 'main'], ['cherry-pick', '--no-commit', branch], ['reset', '-q', '--hard'], ['archive', '-o', '/dev/null', branch],
  ['worktree', 'list'], ['gc', '-q'],
]

export const makePerson = async (o: { dir: string; project: string; link: string; who: { uid: number; gid: number } | null }): Promise<Person> => {
  const env = { PATH: process.env.PATH, HOME: join(o.dir, 'home'), LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1', GIT_PAGER: 'cat', GIT_EDITOR: 'true', GIT_TERMINAL_PROMPT: '0' }
  const sh: Person['sh'] = (cwd, script, deadlineMs) => program('sh', ['-c', script], { cwd, env, deadlineMs, ...o.who })
  const git: Person['git'] = (cwd, ...args) => program('git', args, { cwd, env, ...o.who })
  const url = new URL(o.link)
  const token = /token=(\S+)/.exec(url.hash)?.[1] ?? ''
  const signIn = await fetch(`${url.origin}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url.origin }, body: JSON.stringify({ token: decodeURIComponent(token) }) })
  if (!signIn.ok) throw new Error(`signing in: ${signIn.status} ${await signIn.text()}`)
  const cookie = (signIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  const get: Person['get'] = (path) => fetch(url.origin + path, { headers: { cookie } })
  return {
    sh, git, get, cookie,
    send: (method, path, body) => {
      const init: RequestInit = { method, headers: { cookie, 'content-type': 'application/json', origin: url.origin }, body: JSON.stringify(body) }
      return fetch(url.origin + path, init)
    },
    everyday: async (worktree, branch) => {
      const todo = [...(existsSync(worktree) ? inWorktree.map((args) => [worktree, ...args]).concat([[worktree, 'checkout', '-q', branch]]) : []), ...inProject(branch).map((args) => [o.project, ...args])]
      for (const [cwd = '', ...args] of todo) await git(cwd, ...args)
      return todo.length
    },
    command: async (name, input) => {
      const reply = await fetch(`${url.origin}/api/commands/${name}`, { method: 'POST', headers: { cookie, 'content-type': 'application/json', origin: url.origin }, body: JSON.stringify({ input }) })
      if (!reply.ok) throw new Error(`${name}: ${reply.status} ${await reply.text()}`)
      return (await reply.json()) as never
    },
    state: async () => (await (await get('/api/state')).json()) as StateSnapshot,
  }
}
