/** A session of role `check`: runs its commands on a merged tree and ends with their outcome. No CLI, no gitdir. */
import type { link } from '@orchestra/contracts'
import type { Link } from '../relay/link.ts'
import type { Runs } from './runs.ts'

const FLUSH_MS = 5000

export const startCheck = (seed: link.Seed, relay: Link, runs: Runs) => {
  const outcome = async (): Promise<number> => {
    const result = seed.run === null ? null : await runs.run(seed.run.id, seed.run.commands)
    await relay.flush(FLUSH_MS)
    // Ended by a signal: no code, and no success either.
    return result?.passed === true ? 0 : result?.exitCode || 1
  }
  return {
    ended: outcome(),
    onFrame: (frame: link.ToAgent): void => {
      if (frame.type === 'run-cancel') runs.cancel(frame.id)
    },
    stop: async (): Promise<void> => {
      runs.cancelAll()
      await relay.flush(FLUSH_MS)
    },
  }
}
