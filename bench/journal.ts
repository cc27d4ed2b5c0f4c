/** What the scripted model was asked, as it happens: the far end of two of the figures. Its clock is this machine's. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const Entry = z.object({ at: z.number(), session: z.string().nullable(), played: z.string(), words: z.string(), /** names of the tools that the model was given */ tools: z.array(z.string()) })
export type Entry = z.infer<typeof Entry>
export type Journal = { next: (what: string, matches: (e: Entry) => boolean) => Promise<Entry>; close: () => void }

/** (Not by `fetch`, which gives up on a body that is silent for five minutes.) */
const FOLLOW = "require('node:http').get('http://127.0.0.1:8080/journal', (r) => r.pipe(process.stdout))"
/** Longer than any start; a request that never comes is a failed round. */
const DEADLINE_MS = 120_000

export const followJournal = (container: string): Journal => {
  const child = spawn('docker', ['exec', container, 'node', '-e', FOLLOW], { stdio: ['ignore', 'pipe', 'inherit'] })
  const waiting = new Set<(e: Entry) => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const entry = Entry.parse(JSON.parse(line))
    if (entry.played !== 'aside') for (const take of waiting) take(entry)
  })
  return {
    next: (what, matches) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(take)
          reject(new Error(`the model was not asked by ${what} within ${DEADLINE_MS / 1000} s`))
        }, DEADLINE_MS)
        const take = (e: Entry): void => {
          if (!matches(e)) return
          clearTimeout(timer)
          waiting.delete(take)
          resolve(e)
        }
        waiting.add(take)
      }),
    close: () => child.kill(),
  }
}
