/** One at a time per key, in order of asking. */
export type Locks = <T>(key: string, work: () => Promise<T>) => Promise<T>

export const createLocks = (): Locks => {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    // The one before may fail: that is its caller's matter, the next only waits for its end.
    const mine = before.then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
