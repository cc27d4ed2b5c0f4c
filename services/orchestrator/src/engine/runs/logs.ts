/** Logs of runs: bounded files that grow while somebody reads them. */
import type { Readable } from 'node:stream'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result, RunId, SessionId } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import type { Bells } from './bells.ts'
import { isOver } from './rows.ts'

export type RunLogs = {
  /** Appends a stream to the run's log; `from` must be the session whose run it is. */
  receive(from: SessionId | null, run: RunId, body: Readable): Promise<void>
  read(run: RunId, from: number): Promise<Result<{ bytes: Buffer; ended: boolean }>>
  onGrown(run: RunId, listener: () => void): () => void
}

export const makeLogs = (core: Core, bells: Bells): RunLogs => {
  /** Logs that are still coming: a run's end can overtake the last of its log. */
  const coming = new Map<RunId, number>()
  const count = (run: RunId, by: 1 | -1): void => {
    const n = (coming.get(run) ?? 0) + by
    if (n > 0) coming.set(run, n)
    else coming.delete(run)
  }
  return {
    receive: async (from, run, body) => {
      const row = await core.store.read.run(run)
      if (!row || row.session !== from) {
        core.report('a log that belongs to no run of its sender', new Error(`${from ?? 'engine'} sent a log for ${run}`))
        body.resume()
        return
      }
      count(run, 1)
      try {
        const { bytes, lastLine } = await core.files.appendLog(run, body)
        await core.commit(async (tx) => {
          const now = await tx.run(run)
          if (now) await tx.putRun({ ...now, logBytes: bytes, lastLine: lastLine || now.lastLine })
        })
      } finally {
        count(run, -1)
        bells.ring(run)
      }
    },
    read: async (run, from) => {
      const row = await core.store.read.run(run)
      if (!row) return fail(problem('not_found', `There is no run ${run}.`, { about: run, next: 'Look at the list of runs.' }))
      const ended = isOver(row) && !coming.has(run)
      return ok({ bytes: await core.files.readLog(run, from), ended })
    },
    onGrown: (run, listener) => {
      const offs = [core.files.onLogGrown(run, listener), bells.on(run, listener)]
      return () => { for (const off of offs) off() }
    },
  }
}
