/** At most `count` in any `period` ms. */
export const makeRate = (count: number, period: number, now: () => number = Date.now): (() => boolean) => {
  const taken: number[] = []
  return () => {
    while (taken[0] !== undefined && taken[0] <= now() - period) taken.shift()
    if (taken.length >= count) return false
    taken.push(now())
    return true
  }
}
