/** Choices that the same seed makes again (mulberry32). */
export type Seeded = { next: () => number; between: (from: number, to: number) => number; of: <T>(all: readonly T[]) => T }

export const seeded = (seed: number): Seeded => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    of: <T>(all: readonly T[]): T => {
      if (all.length === 0) throw new Error('nothing to choose from')
      return all[Math.floor(next() * all.length)] as T
    },
  }
}
