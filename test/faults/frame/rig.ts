/** One stack with a signed-in person, and the hands that break it. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionId, SessionView } from '@orchestra/contracts'
import { dockerNames, worktreePath } from '@orchestra/contracts'
import { quoted } from '../../../services/orchestrator/src/adapters/git/shell-words.ts'
import { readScenario } from '../../e2e/scenario.ts'
import { run, untilHolds } from '../../e2e/shell.ts'
import type { Outcome } from '../../e2e/shell.ts'
import { startStack } from '../../e2e/stack.ts'
import type { Stack } from '../../e2e/stack.ts'
import { signIn } from './client.ts'
import type { Client } from './client.ts'
import { newHistory } from './history.ts'
import type { History } from './history.ts'
import type { Disk } from './small-disk.ts'
import { readTranscript } from './transcript.ts'
import type { Line } from './transcript.ts'

export type Service = 'orchestrator' | 'relay' | 'spawner' | 'nats' | 'postgres' | 'web' | 'model'

export type Rig = {
  stack: Stack
  client: Client
  history: History
  say: (line: string) => void
  container: (session: string) => string
  service: (name: Service) => string
  worktree: (session: string) => string
  /** `docker ARGS`; throws with what it said. */
  docker: (...args: string[]) => Promise<string>
  tryDocker: (...args: string[]) => Promise<Outcome>
  /** Rows as objects. Throws while the database is away. */
  sql: <T>(query: string) => Promise<T[]>
  /** sh in a session's container, as the agent. */
  inside: (session: string, script: string) => Promise<string>
  /** git in the person's repository, as its owner. */
  git: (...args: string[]) => Promise<string>
  until: (what: string, ms: number, look: () => Promise<boolean | string>) => Promise<void>
  session: (id: string) => Promise<SessionView>
  /** A new executor; resolves when its CLI waits for the next word. */
  spawn: (name: string, instructions?: string) => Promise<string>
  /** Waits until the session's turn is over. */
  quiet: (id: string, ms?: number) => Promise<void>
  /** Words of the person, with a token that no other message has; returns the message's id. */
  tell: (session: string, text: string) => Promise<string>
  /** Tells a session to write a file (and commit it), waits until its tree has it and its turn is over, and remembers that. */
  work: (session: string, path: string, content: string, o?: { commit?: boolean }) => Promise<void>
  transcript: (session: string) => Promise<Line[]>
  /** kill -9 of a service's container, and its start again. */
  kill: (service: Service) => Promise<void>
  start: (service: Service) => Promise<void>
  healthy: (service: Service, ms?: number) => Promise<void>
  /** A name that no session had. */
  fresh: (name: string) => string
  close: () => Promise<void>
}

const MODEL = join(import.meta.dirname, '../model')
const OVERLAY = join(import.meta.dirname, '../compose.yaml')
const DOCKER_MS = 60_000
const UP_MS = 120_000
const restless = new Set(['queued', 'starting', 'setup', 'working', 'waiting'])

export const openRig = async (say: (line: string) => void, o: { env?: Record<string, string>; disk?: () => Disk } = {}): Promise<Rig> => {
  const scenario = readScenario(MODEL)
  const disk = o.disk?.()
  try {
    const stack = await startStack({ ...scenario, name: 'faults', env: { ORCHESTRA_OVERLAY: OVERLAY, ORCHESTRA_MAX_SESSIONS: '40', ...o.env } }, say, { under: disk?.folder })
    const rig = await rigOn(stack, say)
    return { ...rig, close: async () => { await rig.close(); disk?.remove() } }
  } catch (e) {
    disk?.remove()
    throw e
  }
}

export const rigOn = async (stack: Stack, say: (line: string) => void): Promise<Rig> => {
  const history = newHistory()
  const client = await signIn(stack.link, history)
  const { install } = stack
  const project = (await client.state()).project.id
  const tryDocker: Rig['tryDocker'] = (...args) => run('docker', args, { cwd: '/', env: process.env, deadlineMs: DOCKER_MS })
  const docker: Rig['docker'] = async (...args) => {
    const { code, output } = await tryDocker(...args)
    if (code !== 0) throw new Error(`docker ${args.join(' ').slice(0, 300)}: ${output.slice(-2000)}`)
    return output.trim()
  }
  const until: Rig['until'] = (what, ms, look) => untilHolds(ms, async () => {
    const seen = await look().catch((e: unknown) => (e instanceof Error ? e.message : String(e)))
    return seen === true ? null : `${what}: not within ${ms / 1000} s${typeof seen === 'string' ? `: ${seen}` : ''}`
  })
  const container: Rig['container'] = (session) => dockerNames.container(install, session)
  const service: Rig['service'] = (name) => `${install}-${name}-1`
  const sql: Rig['sql'] = async <T>(query: string) => {
    const text = await docker('exec', service('postgres'), 'psql', '-U', 'orchestra', '-d', 'orchestra', '-v', 'ON_ERROR_STOP=1', '-At', '-c', `select coalesce(json_agg(t), '[]'::json) from (${query}) t`)
    return JSON.parse(text) as T[]
  }
  const session: Rig['session'] = async (id) => {
    const found = (await client.state()).sessions.find((s) => s.id === id)
    if (!found) throw new Error(`there is no session ${id}`)
    return found
  }
  const quiet: Rig['quiet'] = (id, ms = UP_MS) => until(`${id} comes to rest`, ms, async () => {
    // The queue before the status: read the other way round, what is taken in between leaves neither a waiting message nor a turn to see.
    const way = await sql(`select 1 from messages where recipient = 'session:${id}' and delivery = 'queued'`)
    const s = await session(id)
    if (s.status === 'failed') throw new Error(`failed: ${s.statusText} ${s.problem?.detail ?? ''}`)
    if (restless.has(s.status)) return `${s.status}, ${s.statusText}`
    // What was told a moment ago is still on its way.
    return s.status !== 'idle' || way.length === 0 || `${way.length} messages wait for it`
  })
  const inside: Rig['inside'] = (id, script) => docker('exec', container(id), 'sh', '-c', script)
  const tell: Rig['tell'] = async (to, text) => (await client.must('message.send', { to: to as SessionId, text: `${text} (${token()})` })).message
  const worktree: Rig['worktree'] = (id) => worktreePath(stack.home, project, id)
  const fresh = ((n) => (name: string): string => `${name}-${(n += 1)}`)(0)

  const work: Rig['work'] = async (id, path, content, { commit = true } = {}) => {
    const script = `mkdir -p "$(dirname ${path})" && printf '%s' '${content}' > ${path}${commit ? ` && git add ${path} && git commit -qm 'Write ${path}'` : ''}`
    await tell(id, `#do ${script} #end`)
    const look = commit ? `git show HEAD:${path}` : `cat ${path}`
    await until(`${id} has ${path}`, UP_MS, async () => (await inside(id, `cd /workspace && ${look}`)) === content)
    const sha = commit ? await inside(id, 'cd /workspace && git rev-parse HEAD') : null
    for (const w of history.work) if (w.session === id && w.path === path) w.replaced = true
    history.work.push({ session: id, path, content, sha, replaced: false })
    // A script that is told in the middle of a turn is read and not played.
    await quiet(id)
  }
  return {
    stack, client, history, say, container, service, worktree, docker, tryDocker, until, session, quiet, inside, tell, work, fresh, sql,
    git: async (...args) => {
      const { code, output } = await stack.shell(`git ${args.map(quoted).join(' ')}`, { as: 'owner', deadlineMs: DOCKER_MS })
      if (code !== 0) throw new Error(`git ${args.join(' ')}: ${output}`)
      return output.trim()
    },
    spawn: async (name, instructions = 'Wait for what you are told.') => {
      const made = await client.must('session.spawn', { name: fresh(name), instructions })
      await quiet(made.session)
      return made.session
    },
    transcript: (id) => readTranscript(container(id), async (from, to) => (await tryDocker('cp', from, to)).code === 0),
    kill: async (name) => { await docker('kill', '--signal', 'KILL', service(name)) },
    start: async (name) => { await docker('start', service(name)) },
    healthy: (name, ms = 60_000) => until(`${name} is healthy`, ms, async () => {
      const state = await docker('inspect', '--format', '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}', service(name))
      return state === 'running healthy' || state
    }),
    close: () => stack.remove(),
  }
}

/** A word that stands for one message: the checker looks for it in the receiver's conversation. */
export const token = (): string => `msg-${randomUUID()}`

/** For faults that are a stretch of time, not an event. */
export const forSeconds = (seconds: number): Promise<void> => sleep(seconds * 1000)
