/** An engine on a real database and a real repository, with a bus and a runtime in memory. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AgentEvent, Actor, link, ProjectId, SessionId } from '@orchestra/contracts'
import { openFiles } from '../../services/orchestrator/src/adapters/files/files.ts'
import { createRepository } from '../../services/orchestrator/src/adapters/git/index.ts'
import { openStore } from '../../services/orchestrator/src/adapters/postgres/store.ts'
import { createEngine } from '../../services/orchestrator/src/engine/engine.ts'
import type { Store } from '../../services/orchestrator/src/ports/store.ts'
import type { TestDatabase } from './database.ts'
import { memoryBus, memoryRuntime } from './stand-ins.ts'
import type { MemoryBus, MemoryRuntime } from './stand-ins.ts'

const run = promisify(execFile)
export const owner: Actor = { kind: 'person', name: 'owner' }
export const project = 'shop-1a2b' as ProjectId

export type EngineUnderTest = {
  engine: ReturnType<typeof createEngine>
  store: Store
  bus: MemoryBus
  runtime: MemoryRuntime
  /** The person's checkout. */
  dir: string
  home: string
  seeds: string
  /** What the file systems say; none at first. */
  disks: { what: string; freeMb: number; totalMb: number }[]
  git(...args: string[]): Promise<string>
  /** What agentd says, as the relay reports it. */
  frame(session: SessionId, frame: link.FromAgent): Promise<void>
  events(session: SessionId, from: number, ...events: AgentEvent[]): Promise<void>
  /** agentd has come up: link, CLI, ready. */
  comesUp(session: SessionId): Promise<void>
  seed(session: SessionId): string
  /** The orchestrator's process ends and another one takes over. */
  restarted(): Promise<void>
  stop(): Promise<void>
}

/** `prepare`: for what has to be so before the engine's first round. */
export const startEngine = async (database: TestDatabase, prepare?: (parts: { bus: MemoryBus; runtime: MemoryRuntime }) => void): Promise<EngineUnderTest> => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'orchestra-engine-')))
  const [dir, home, seeds] = [join(root, 'shop'), join(root, 'home'), join(root, 'seeds')]
  await Promise.all([mkdir(dir), mkdir(home), mkdir(seeds)])
  const git = async (...args: string[]): Promise<string> => (await run('git', ['-C', dir, ...args])).stdout.trim()
  await git('init', '-q', '-b', 'main')
  await git('config', 'user.name', 'Ada')
  await git('config', 'user.email', 'ada@example.org')
  await writeFile(join(dir, 'README.md'), '# Shop\n')
  await git('add', '.')
  await git('commit', '-qm', 'First')

  const store = await openStore(database.pool, { project, name: 'shop', path: dir })
  const bus = memoryBus()
  const runtime = memoryRuntime()
  prepare?.({ bus, runtime })
  const repository = createRepository({ projectDir: dir, home: root, project, stateDir: join(root, 'state'), mirrorDir: join(root, 'mirror') })
  const disks: EngineUnderTest['disks'] = []
  const files = { ...openFiles({ seedDir: (s) => join(seeds, s), checkDir: (s) => join(root, 'checks', s), logs: join(root, 'logs'), disks: [] }), disks: async () => disks }
  const make = () => createEngine({ store, repository, bus, runtime, files }, { project, name: 'shop', path: dir, home, maxSessions: null })
  const engine = make()
  await engine.start()

  const at = (): string => new Date().toISOString()
  const say = async (report: Parameters<typeof engine.report>[0]): Promise<void> => {
    const reply = await it.engine.report(report)
    if (!reply.ok) throw new Error(reply.problem.message)
  }
  const it: EngineUnderTest = {
    engine, store, bus, runtime, dir, home, seeds, disks, git,
    frame: (session, frame) => say({ type: 'frame', session, frame }),
    events: (session, from, ...events) => say({ type: 'frame', session, frame: { type: 'events', from, events } }),
    comesUp: async (session) => {
      const row = await store.read.session(session)
      await say({ type: 'link', session, up: true, at: at() })
      await it.frame(session, { type: 'hello', protocol: 1, version: '1', cliVersion: '2.1', bootId: randomUUID() })
      await it.frame(session, { type: 'progress', step: 'cli', text: '' })
      await it.events(session, 1, { type: 'cli.started', at: at(), resumed: false, conversation: row?.conversation ?? '' })
      await it.frame(session, { type: 'progress', step: 'ready', text: '' })
      await it.frame(session, { type: 'cli-status', status: 'idle', at: at() })
    },
    seed: (session) => join(seeds, session, 'seed.json'),
    restarted: async () => {
      await it.engine.stop()
      it.engine = make()
      await it.engine.start()
      await it.engine.reconcileNow()
    },
    stop: async () => { await it.engine.stop(); await rm(root, { recursive: true, force: true }) },
  }
  return it
}
