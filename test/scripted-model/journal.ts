/** What was asked and what was played, for tests that wait for it: the last requests, and a stream of new ones. */
export type Entry = { seq: number; at: number; session: string | null; played: string; words: string; /** names of the tools offered */ tools: string[]; results: string; failed: number | 'hang' | null }

const KEPT = 2000

export const createJournal = () => {
  const entries: Entry[] = []
  const listeners = new Set<(e: Entry) => void>()
  let seq = 0
  return {
    add: (e: Omit<Entry, 'seq' | 'at'>): void => {
      const entry = { seq: ++seq, at: Date.now(), ...e }
      entries.push(entry)
      if (entries.length > KEPT) entries.shift()
      for (const listener of listeners) listener(entry)
    },
    since: (after: number): Entry[] => entries.filter((e) => e.seq > after),
    listen: (listener: (e: Entry) => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export type Journal = ReturnType<typeof createJournal>
