/** Logs of the image builds of this process, for who asks early or late. Bounded in size each, and in number. */
import { limits } from '@orchestra/contracts'
import type { RunId } from '@orchestra/contracts'

const KEPT = 20

export type BuildLog = { chunks: Buffer[]; bytes: number; ended: boolean; listeners: Set<() => void> }
export type Builds = ReturnType<typeof createBuilds>

const tell = (log: BuildLog): void => { for (const listener of log.listeners) listener() }

export const createBuilds = () => {
  const logs = new Map<RunId, BuildLog>()
  /** The build's log; an empty one where the build has yet to begin. */
  const of = (run: RunId): BuildLog => {
    const there = logs.get(run)
    if (there !== undefined) return there
    const log: BuildLog = { chunks: [], bytes: 0, ended: false, listeners: new Set() }
    logs.set(run, log)
    for (const old of logs.keys()) if (logs.size > KEPT) logs.delete(old)
    return log
  }
  return {
    of,
    /** What goes over the bound is dropped. */
    write: (run: RunId, chunk: Buffer): void => {
      const log = of(run)
      if (log.bytes + chunk.length > limits.logPerRun) return
      log.chunks.push(chunk)
      log.bytes += chunk.length
      tell(log)
    },
    end: (run: RunId): void => {
      const log = of(run)
      log.ended = true
      tell(log)
    },
  }
}
