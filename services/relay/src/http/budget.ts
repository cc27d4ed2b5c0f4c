/** Bytes of request bodies that are held in memory at once. A budget within another takes from both. */
export type Budget = { /** False, and nothing taken, when it does not fit. */ take(bytes: number): boolean; give(bytes: number): void }

export const makeBudget = (total: number, within?: Budget): Budget => {
  let left = total
  return {
    take(bytes) {
      if (bytes > left || (within && !within.take(bytes))) return false
      left -= bytes
      return true
    },
    give(bytes) {
      left += bytes
      within?.give(bytes)
    },
  }
}
