/** Runs what has the same key one after the other; a null key waits for nobody. */
export const createLocks = () => {
  const tails = new Map<string, Promise<unknown>>()
  return async <T>(key: string | null, work: () => Promise<T>): Promise<T> => {
    if (key === null) return work()
    const before = tails.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    tails.set(key, mine)
    try {
      return await mine
    } finally {
      if (tails.get(key) === mine) tails.delete(key)
    }
  }
}
