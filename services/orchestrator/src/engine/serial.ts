import { serial } from '@orchestra/contracts'

/** One `serial` per key, forgotten when idle. */
export const serialByKey = (): (<T>(key: string, work: () => Promise<T>) => Promise<T>) => {
  const lanes = new Map<string, { run: ReturnType<typeof serial>; waiting: number }>()
  return async (key, work) => {
    const lane = lanes.get(key) ?? { run: serial(), waiting: 0 }
    lanes.set(key, lane)
    lane.waiting += 1
    try { return await lane.run(work) } finally {
      lane.waiting -= 1
      if (lane.waiting === 0) lanes.delete(key)
    }
  }
}
