/** Wakes who waits for a run: its log grew, or it ended. The truth stays in rows and files. */
import { EventEmitter, once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { RunId } from '@orchestra/contracts'

export type Bells = {
  ring(run: RunId): void
  on(run: RunId, listener: () => void): () => void
  /** Until it rings, at most `ms`. Throws when the engine stops. */
  wait(run: RunId, ms: number): Promise<void>
  stop(): void
}

export const makeBells = (): Bells => {
  const bells = new EventEmitter().setMaxListeners(0)
  const stopping = new AbortController()
  return {
    ring: (run) => { bells.emit(run) },
    on: (run, listener) => { bells.on(run, listener); return () => bells.off(run, listener) },
    wait: async (run, ms) => {
      const over = new AbortController()
      const signal = AbortSignal.any([over.signal, stopping.signal])
      try { await Promise.race([once(bells, run, { signal }), pause(ms, undefined, { signal })]) } finally { over.abort() }
    },
    stop: () => stopping.abort(new Error('the engine stops')),
  }
}
