/** Waits for the go signal: the orchestrator writes `seed.json` last and renames it into place. */
import { readFile } from 'node:fs/promises'
import { link } from '@orchestra/contracts'
import { codeOf } from './log.ts'

const POLL_MS = 10

/**
 * Resolves with the seed as soon as it stands. Polled: the folder is a mount of a volume that another container writes to, a
 * look costs some microseconds, and every start of a session waits here.
 */
export const waitForSeed = async (path: string, stop: AbortSignal): Promise<link.Seed> => {
  for (;;) {
    stop.throwIfAborted()
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    if (text !== null) return link.Seed.parse(JSON.parse(text))
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
