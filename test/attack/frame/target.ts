/** The stack that is attacked, and the hands of both sides on it. One for the whole suite. */
import { dirname, join, resolve } from 'node:path'
import { readScenario } from '../../e2e/scenario.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { startStack } from '../../e2e/stack.ts'
import type { Stack } from '../../e2e/stack.ts'
import { agentIn } from './agent.ts'
import type { Agent } from './agent.ts'
import { makeCanary } from './canary.ts'
import type { Canary } from './canary.ts'
import { makePerson } from './person.ts'
import type { Person } from './person.ts'
import { docker } from './program.ts'
import { spawnerOf } from './spawner.ts'
import type { Spawner } from './spawner.ts'

export type Target = {
  stack: Stack
  /** Compose project, prefix and label of every container. */
  install: string
  project: string
  projectId: string
  /** Folder of the sessions' worktrees. */
  worktrees: string
  origin: string
  agentImage: string
  person: Person
  /** Whom the project belongs to; null: whoever runs the suite. */
  owner: { uid: number; gid: number } | null
  canary: Canary
  spawner: Spawner
  /** The session's agent; the session is made at the first call. Attacks that leave it unusable take one of their own name. */
  agent: (name?: string) => Promise<Agent>
  /** The same stack, with sessions that no attack was in. */
  anew: () => Target
  /** The container of a service of the stack. */
  service: (name: string) => string
  sql: (query: string) => Promise<string>
  close: () => Promise<void>
}

/** A key as a real one looks, which must be nowhere but in the relay. */
export const MODEL_KEY = 'sk-ant-api03-canary-of-the-key-0123456789-AA'

/** Also when several are made at once on a busy machine. */
const READY_MS = 120_000
const quiet = new Set(['idle', 'complete'])

const PERSON = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : null

/** The disk that an attack may fill is not the machine's. */
const HOME_MB = 1400

/** `standing`: the folder of a stack that was kept, in place of a new one. */
export const startTarget = async (say: (line: string) => void, standing?: string): Promise<Target> => {
  const stack = await startStack(readScenario(resolve(import.meta.dirname, '../stack')), say, { standing, ...(PERSON === null ? {} : { homeMb: HOME_MB }) })
  try {
    return await aim(stack)
  } catch (e) {
    if (standing === undefined) await stack.remove()
    throw e
  }
}

const aim = async (stack: Stack): Promise<Target> => {
  const dir = dirname(stack.project)
  const install = (await stack.shell('printf %s "$STACK"', { as: 'caller', deadlineMs: 10_000 })).output.trim()
  const person = await makePerson({ dir, project: stack.project, link: stack.link, who: PERSON })
  // The scripted model behind a key, as a real endpoint is: so there is something to steal.
  const saved = await person.send('PUT', '/api/credential', { kind: 'api-key', secret: MODEL_KEY, baseUrl: 'http://model:8080' })
  if (!saved.ok) throw new Error(`the model's key was not taken: ${await saved.text()}`)
  const projectId = (await person.state()).project.id
  const worktrees = join(dir, 'home/.orchestra/worktrees', projectId)
  const ready = (session: string) => untilHolds(READY_MS, async () => {
    const found = (await person.state()).sessions.find((s) => s.id === session)
    if (found?.status === 'failed') throw new Error(`${session} did not start: ${found.statusText}`)
    return found !== undefined && quiet.has(found.status) ? null : `${session} did not come to rest: ${found?.status ?? 'not there'}, ${found?.statusText ?? ''}`
  })
  const agents = new Map<string, Promise<Agent>>()
  const make = async (name: string): Promise<Agent> => {
    if (!(await person.state()).sessions.some((s) => s.id === name)) await person.command('session.spawn', { name, instructions: 'Wait.' })
    await ready(name)
    const agent = agentIn({ session: name, branch: name, container: `${install}-s-${name}`, worktree: name === 'designer' ? stack.project : join(worktrees, name) })
    if (name !== 'designer') await agent.clean()
    return agent
  }
  await ready('designer')
  let times = 0
  const target: Target = {
    stack, install, project: stack.project, projectId, person, worktrees, owner: PERSON,
    origin: new URL(stack.link).origin,
    agentImage: (await docker(['inspect', '--format', '{{.Config.Image}}', `${install}-s-designer`])).out.trim(),
    canary: makeCanary(dir),
    spawner: spawnerOf(`${install}-orchestrator-1`),
    agent: (name = 'evil') => {
      const made = agents.get(name) ?? make(name)
      agents.set(name, made)
      return made
    },
    service: (name) => `${install}-${name}-1`,
    sql: async (query) => (await stack.sql(query)).output.trim(),
    close: () => stack.remove(),
    anew: () => {
      const mark = `-anew${++times}`
      return { ...target, agent: (name = 'evil') => target.agent(name === 'designer' ? name : name + mark) }
    },
  }
  return target
}
