/** Runs work one after the other: each call waits for the one before. A failure is its caller's and does not stop what waits. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>

export const serial = (): Serial => {
  let tail: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = tail.then(work, work)
    tail = next.catch(() => undefined)
    return next
  }
}
