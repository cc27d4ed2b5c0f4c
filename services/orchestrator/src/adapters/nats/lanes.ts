/**
 * Runs tasks in order within a key (a session) and side by side between keys, at most `width` at a time. What waits is
 * bounded by NATS' own requests: a caller that timed out asks again, so a task is never dropped here.
 */
export type Lanes = { add(key: string, task: () => Promise<void>): void; idle(): Promise<void> }

export const makeLanes = (width: number, onFailure: (error: unknown) => void): Lanes => {
  const waiting = new Map<string, (() => Promise<void>)[]>()
  const ready: string[] = []
  let running = 0
  let onIdle: (() => void)[] = []

  const run = async (key: string): Promise<void> => {
    const task = waiting.get(key)?.shift()
    try {
      await task?.()
    } catch (error) {
      onFailure(error)
    }
    if (waiting.get(key)?.length) ready.push(key)
    else waiting.delete(key)
    running -= 1
    pump()
  }
  const pump = (): void => {
    while (running < width) {
      const key = ready.shift()
      if (key === undefined) break
      running += 1
      void run(key)
    }
    if (running === 0) {
      for (const done of onIdle) done()
      onIdle = []
    }
  }
  return {
    add(key, task) {
      const lane = waiting.get(key)
      if (lane) lane.push(task)
      else {
        waiting.set(key, [task])
        ready.push(key)
        pump()
      }
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve))),
  }
}
