/** Performs committed effects. Woken by each commit that adds one, so nothing waits for a poll. */
import type { EffectRow } from '../ports/store.ts'
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
const backoffMs = (attempt: number): number => Math.min(30_000, 200 * 3 ** (attempt - 1))
const words = (error: unknown): string => (error instanceof Error ? `${error.message}${error.cause ? ` (${words(error.cause)})` : ''}` : String(error))

export const makeWorker = (core: Core, handlers: EffectHandlers): Worker => {
  const running = new Set<Promise<void>>()
  let claiming = false
  let again = false
  let stopped = true
  let timer: NodeJS.Timeout | undefined
  let idlers: (() => void)[] = []

  const perform = async (effect: EffectRow): Promise<void> => {
    const handler = handlers[effect.kind]
    if (!handler) return core.store.effectFailed(effect.id, `no handler for ${effect.kind}`)
    try {
      await handler.perform(core, effect)
      await core.store.effectDone(effect.id)
    } catch (error) {
      if (stopped) return
      if (effect.attempts < handler.attempts) return core.store.effectRetry(effect.id, words(error), backoffMs(effect.attempts))
      core.report(`gave up ${effect.kind} of ${effect.lane}`, error)
      await core.store.effectFailed(effect.id, words(error))
      await handler.gaveUp?.(core, effect, error)
    }
  }

  const tell = (): void => { if (running.size === 0) { for (const idler of idlers.splice(0)) idler() } }

  const launch = (effect: EffectRow): void => {
    const work = perform(effect).catch((error: unknown) => core.report(`effect ${effect.kind}`, error)).finally(() => { running.delete(work); wake() })
    running.add(work)
  }

  const claim = async (): Promise<void> => {
    clearTimeout(timer)
    while (!stopped && running.size < mostAtOnce) {
      const claimed = await core.store.claimEffect()
      if ('effect' in claimed) { launch(claimed.effect); continue }
      if (claimed.dueInMs !== null) timer = setTimeout(wake, Math.min(claimed.dueInMs + 1, 60_000))
      else if (!again) tell()
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
      .catch((error: unknown) => { core.report('taking an effect', error); timer = setTimeout(wake, 1000) })
      .finally(() => { claiming = false; if (again) wake() })
  }

  core.onEffects = wake
  return {
    start: async () => { stopped = false; await core.store.requeueRunning(); wake() },
    stop: async () => { stopped = true; clearTimeout(timer); await Promise.all(running) },
    idle: () => new Promise((resolve) => { idlers.push(resolve); wake() }),
  }
}
