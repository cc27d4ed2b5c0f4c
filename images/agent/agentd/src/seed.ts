/** Waits for the go signal: the orchestrator writes `seed.json` last and renames it into place. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { link } from '@orchestra/contracts'
import { textIn } from './files.ts'

const POLL_MS = 10
const CHANGE_POLL_MS = 1000

/**
 * Resolves with the seed as soon as it stands. Polled: the folder is a mount of a volume that another container writes to, a
 * look costs some microseconds, and every start of a session waits here.
 */
export const waitForSeed = async (path: string, stop: AbortSignal): Promise<link.Seed> => {
  for (;;) {
    stop.throwIfAborted()
    const text = await textIn(path)
    if (text !== null) return link.Seed.parse(JSON.parse(text))
    await sleep(POLL_MS)
  }
}

/** Resolves with the next seed that differs from this one: a start that failed is tried again in the container that stands. */
export const waitForOtherSeed = async (path: string, known: link.Seed, stop: AbortSignal): Promise<link.Seed> => {
  for (;;) {
    await sleep(CHANGE_POLL_MS, undefined, { ref: false })
    stop.throwIfAborted()
    const text = await textIn(path)
    // One of another protocol is not for this agentd: its container is about to be made anew.
    const parsed = text === null ? null : link.Seed.safeParse(JSON.parse(text))
    const seed = parsed?.success === true ? parsed.data : null
    if (seed !== null && !isDeepStrictEqual(seed, known)) return seed
  }
}
