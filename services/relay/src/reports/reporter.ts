import { setTimeout as delay } from 'node:timers/promises'
import type { bus, SessionId } from '@orchestra/contracts'
import { bounds } from '../bounds.ts'
import type { Bus } from '../bus/port.ts'
import type { Log } from '../log.ts'

/** Without the session: the reporter stamps it, from the socket that it belongs to. */
export type Report = bus.SessionReport extends infer R ? (R extends { session: SessionId } ? Omit<R, 'session'> : never) : never

/**
 * committed; refused for good (sending it again would not help); failed again and again in a way that nobody foresaw, so whether it was
 * committed is not known; closed before it was known (it may be sent again later).
 */
export type Sent = 'committed' | 'refused' | 'failed' | 'closed'

/**
 * Reports of one session, committed by the orchestrator one after the other, in order, tried again until it answers. What it
 * refuses for good is logged and left; what fails unforeseen is tried some times and then told in the session's timeline. Reports about refused hosts are the first to go when too many wait.
 */
export type Reporter = {
  send(report: Report): Promise<Sent>
  waiting(): number
  close(): void
}

/** With the waits between them about ten seconds. */
const TRIES = 8

type Entry = { report: bus.SessionReport; done: (sent: Sent) => void; /** tells of another one that failed */ told?: boolean }

/** `firstWait`, ms: before the second try; doubled up to fifty times that. */
export const makeReporter = (session: SessionId, bus: Pick<Bus, 'report'>, log: Log, firstWait = 100): Reporter => {
  const queue: Entry[] = []
  const stop = new AbortController()
  let sending = false

  const commit = async (report: bus.SessionReport): Promise<Sent> => {
    let failures = 0
    for (let wait = firstWait; !stop.signal.aborted; wait = Math.min(wait * 2, firstWait * 50)) {
      const reply = await bus.report(report).catch((error: unknown) => {
        failures += 1
        log('a report could not be sent', { session, type: report.type, failures, error })
        return null
      })
      if (reply === null && failures >= TRIES) return 'failed'
      if (reply?.ok) return 'committed'
      if (reply && reply.problem.code !== 'timed_out' && reply.problem.code !== 'disk_full') {
        log('a report was refused', { session, type: report.type, problem: reply.problem })
        return 'refused'
      }
      await delay(wait, undefined, { signal: stop.signal }).catch(() => undefined) // closed while waiting: the loop ends
    }
    return 'closed'
  }
  const surfaced = (report: bus.SessionReport): Entry => {
    const what = report.type === 'frame' ? report.frame.type : report.type
    const notice: bus.SessionReport = { type: 'frame', session, frame: { type: 'notice', text: `The relay could not report "${what}" of this session, after ${TRIES} tries. Its log says why.` } }
    return { report: notice, done: () => undefined, told: true }
  }
  const drain = async (): Promise<void> => {
    if (sending) return
    sending = true
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      const sent = await commit(entry.report)
      entry.done(sent)
      if (sent === 'failed' && !entry.told) queue.push(surfaced(entry.report))
    }
    sending = false
  }
  const makeRoom = (): void => {
    if (queue.length < bounds.reportsWaiting) return
    const index = Math.max(0, queue.findIndex((entry) => entry.report.type === 'egress-refused'))
    const [dropped] = queue.splice(index, 1)
    log('too many reports wait; one is dropped', { session, type: dropped?.report.type })
    dropped?.done('refused')
  }
  return {
    send(report) {
      if (stop.signal.aborted) return Promise.resolve('closed')
      makeRoom()
      return new Promise((done) => {
        queue.push({ report: { ...report, session } as bus.SessionReport, done })
        void drain()
      })
    },
    waiting: () => queue.length,
    close: () => stop.abort(),
  }
}
