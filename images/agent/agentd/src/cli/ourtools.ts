/**
 * Whether the CLI that runs has our tools. It dials for them when its screen stands and sends a first prompt off without waiting;
 * but it asks the prompt's hook before, and puts the request together after: so the hook's answer waits.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * From the list's arrival at the CLI until its next request has the tools: nothing tells of it, so it is given this long, and on a
 * busy machine several times of what the CLI took for the step before. (Seen without it: one in three starts lacked them.)
 */
const TAKEN_IN_MS = 100
const STEPS = 4
/** A CLI that could not get them goes on without; its hook would not wait for longer either. */
const AT_MOST_MS = 20_000

export class OurTools {
  /** When the CLI may be trusted to have them, in milliseconds since the epoch. */
  #there = Promise.withResolvers<number>()

  /** Another CLI starts: it knows nothing yet. */
  reset(): void {
    this.#there = Promise.withResolvers()
  }

  listed(tookMs: number): void {
    this.#there.resolve(Date.now() + Math.max(TAKEN_IN_MS, STEPS * tookMs))
  }

  async ready(): Promise<void> {
    const done = new AbortController()
    const at = await Promise.race([this.#there.promise, sleep(AT_MOST_MS, null, { signal: done.signal }).catch(() => null)])
    done.abort()
    // Once: a CLI that went on without them is not held up again.
    if (at === null) this.#there.resolve(0)
    else if (at > Date.now()) await sleep(Math.min(at - Date.now(), AT_MOST_MS))
  }
}
