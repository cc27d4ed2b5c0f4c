/** What every part of the engine works with: the ports, the place, and the one way to commit. */
import { serial } from '@orchestra/contracts'
import type { Actor, ProblemCode, ProjectId, ProjectSettings, Result, SessionId } from '@orchestra/contracts'
import type { Bus } from '../ports/bus.ts'
import type { Files } from '../ports/files.ts'
import type { Repository } from '../ports/repository.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { Store, Tx } from '../ports/store.ts'
import { makeFeed } from './feed.ts'
import type { Feed } from './feed.ts'
import { makeOutside } from './outside.ts'
import type { Outside } from './outside.ts'
import { serialByKey } from './serial.ts'

export type Ports = { store: Store; repository: Repository; bus: Bus; runtime: Runtime; files: Files }

export type Place = {
  project: ProjectId
  name: string
  /** Top folder of the repository. */
  path: string
  /** ORCHESTRA_HOME: worktrees lie below it. */
  home: string
  /** From the environment; null: by the engine's memory. */
  maxSessions: number | null
  /** Coding CLI of new sessions; null: the agent image's own. */
  cliVersion?: string | null
  /** Told whenever the settings that count were worked out. */
  onSettings?: (settings: ProjectSettings) => void
}

export type Core = Ports & Place & {
  outside: Outside
  feed: Feed
  /**
   * One writer: transactions of the project run one after the other. After the commit the pages get what was touched and the
   * worker is woken. Never call it inside itself.
   */
  commit: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
  /** Imports, branch moves and deletion of one session, one after the other. */
  alone: <T>(session: SessionId, work: () => Promise<T>) => Promise<T>
  /** Once: the relay was told what agents may reach, the registries of their image among it, or could not be. */
  egressKnown: { reached: Promise<void>; reach: () => void }
  /** Resolves when no mending of the inboxes is under way: what is put then comes behind what was there before. */
  inboxesWhole: () => Promise<void>
  /** The effect worker's bell; set when the worker is made. */
  onEffects: () => void
  /** A failure that nobody waits for: logged, never swallowed. */
  report: (what: string, error: unknown) => void
}

export const system = (part: string): Actor => ({ kind: 'system', part })

const gate = (): Core['egressKnown'] => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { reached: promise, reach: resolve }
}

export const makeCore = (ports: Ports, place: Place): Core => {
  const queue = serial()
  const report = (what: string, error: unknown): void => console.error(`engine: ${what}:`, error)
  const outside = makeOutside(ports, place, report)
  const feed = makeFeed(ports.store, place, outside, report)
  const core: Core = {
    ...ports,
    ...place,
    outside,
    feed,
    report,
    inboxesWhole: () => Promise.resolve(),
    egressKnown: gate(),
    onEffects: () => undefined,
    alone: serialByKey(),
    commit: (work) => queue(async () => {
      const { value, touched } = await ports.store.transact(work).catch((error: unknown) => {
        // The connection may have been lost after the commit and before its answer: what it wanted done is there then.
        core.onEffects()
        throw error
      })
      feed.push(touched)
      if (touched.effects > 0) core.onEffects()
      return value
    }),
  }
  return core
}

/** For work that nobody waits for. */
export const background = (core: Pick<Core, 'report'>, what: string, work: Promise<unknown>): void => { work.catch((error: unknown) => core.report(what, error)) }

/** A service of the stack is away, as at a restart of it: what wanted it is done when it is back, however long that takes. */
export class Away extends Error {
  override name = 'Away'
}
export const isAway = (code: ProblemCode): boolean => code === 'relay_unreachable' || code === 'spawner_unreachable'

/** The value, or a throw: where a problem is a failure of infrastructure that a repeat may mend. */
export const must = <T>(result: Result<T>): T => {
  if (result.ok) return result.value
  if (isAway(result.problem.code)) throw new Away(result.problem.message)
  throw new Error(`${result.problem.code}: ${result.problem.message}`)
}
