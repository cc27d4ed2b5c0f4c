/** Performs committed effects. Woken by each commit that adds one, so nothing waits for a poll. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EffectRow } from '../ports/store.ts'
import { Away } from './core.ts'
import type { Core } from './core.ts'

export type EffectHandler = {
  /** A throw is a failure of infrastructure: performed again later. Expected failures are committed by the handler itself. */
  perform(core: Core, effect: EffectRow): Promise<void>
  /** Attempts before it is given up. */
  attempts: number
  /** Commits what giving up means. */
  gaveUp?(core: Core, effect: EffectRow, error: unknown): Promise<void>
}
export type EffectHandlers = Record<string, EffectHandler>

export type Worker = { start(): Promise<void>; /** waits for what runs */ stop(): Promise<void>; /** resolves when nothing is due and nothing runs */ idle(): Promise<void> }

const mostAtOnce = 16
/** Longest wait for a service of the stack that is restarting. */
const awayMs = 3000
const longestBackoff = 30_000
const backoffMs = (attempt: number): number => Math.min(longestBackoff, 200 * 3 ** (attempt - 1))
const words = (error: unknown): string => (error instanceof Error ? `${error.message}${error.cause ? ` (${words(error.cause)})` : ''}` : String(error))

export const makeWorker = (core: Core, handlers: EffectHandlers): Worker => {
  const running = new Map<number, Promise<void>>()
  let claiming = false
  /** A claim whose answer was lost with its connection may have been committed all the same. */
  let claimLost = false
  let again = false
  let stopped = true
  let timer: NodeJS.Timeout | undefined
  let idlers: (() => void)[] = []

  /** What came of an effect gets into the database however long that is away: else it counts as running, and its lane stands still. */
  const record = async (effect: EffectRow, what: () => Promise<void>): Promise<void> => {
    for (let wait = 100; ; wait = Math.min(wait * 2, 3000)) {
      try { return await what() } catch (error) {
        if (stopped) return
        core.report(`recording what came of ${effect.kind} of ${effect.lane}`, error)
        await sleep(wait)
      }
    }
  }

  const perform = async (effect: EffectRow): Promise<void> => {
    const handler = handlers[effect.kind]
    if (!handler) return record(effect, () => core.store.effectFailed(effect.id, `no handler for ${effect.kind}`))
    try {
      await handler.perform(core, effect)
    } catch (error) {
      if (stopped) return
      if (error instanceof Away) return record(effect, () => core.store.effectRetry(effect.id, words(error), Math.min(awayMs, backoffMs(effect.attempts))))
      if (effect.attempts < handler.attempts) return record(effect, () => core.store.effectRetry(effect.id, words(error), backoffMs(effect.attempts)))
      core.report(`gave up ${effect.kind} of ${effect.lane}`, error)
      // Its meaning first: a crash in between repeats it, and nothing waits for an effect that nobody performs.
      await record(effect, async () => { await handler.gaveUp?.(core, effect, error) })
      return record(effect, () => core.store.effectFailed(effect.id, words(error)))
    }
    await record(effect, () => core.store.effectDone(effect.id))
  }

  const tell = (): void => { if (running.size === 0) { for (const idler of idlers.splice(0)) idler() } }

  const launch = (effect: EffectRow): void => {
    const work = perform(effect).catch((error: unknown) => core.report(`effect ${effect.kind}`, error)).finally(() => { running.delete(effect.id); wake() })
    running.set(effect.id, work)
  }

  const claim = async (): Promise<void> => {
    clearTimeout(timer)
    if (claimLost) {
      await core.store.requeueRunning([...running.keys()])
      claimLost = false
    }
    while (!stopped && running.size < mostAtOnce) {
      const claimed = await core.store.claimEffect()
      if ('effect' in claimed) { launch(claimed.effect); continue }
      if (claimed.dueInMs !== null) timer = setTimeout(wake, Math.min(claimed.dueInMs + 1, 60_000))
      // What is due later than any repeat was put off on purpose: nobody waits for that.
      if ((claimed.dueInMs === null || claimed.dueInMs > longestBackoff) && !again) tell()
      return
    }
  }

  /** The database may be away: looks again in a second. */
  const wake = (): void => {
    if (stopped) return
    if (claiming) { again = true; return }
    claiming = true
    again = false
    claim()
      .catch((error: unknown) => { claimLost = true; core.report('taking an effect', error); timer = setTimeout(wake, 1000) })
      .finally(() => { claiming = false; if (again) wake() })
  }

  core.onEffects = wake
  return {
    start: async () => { stopped = false; await core.store.requeueRunning(); wake() },
    stop: async () => { stopped = true; clearTimeout(timer); await Promise.all(running.values()) },
    idle: () => new Promise((resolve) => { idlers.push(resolve); wake() }),
  }
}
