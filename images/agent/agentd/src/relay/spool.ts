/**
 * Events that the relay has not acknowledged yet, numbered and on disk in the home volume: they outlive the link, agentd and
 * the container, and arrive once and in order. Bounded: when full, the oldest go, and a notice says how many.
 */
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AgentEvent } from '@orchestra/contracts'
import { textNowIn, tryJson } from '../files.ts'

type Entry = { number: number; json: string; event: AgentEvent }
export type Batch = { from: number; events: AgentEvent[] }

const MAX_BATCH = 200
const MAX_BATCH_BYTES = 400_000
/** Acknowledged lines stay in the file until it has this many: one rewrite for many acknowledgements. */
const REWRITE_AFTER = 500

export class Spool {
  readonly #path: string
  readonly #maxBytes: number
  #entries: Entry[] = []
  #bytes = 0
  #next = 1
  #acknowledged = 0
  #stale = 0
  #dropped = 0

  constructor(path: string, maxBytes = 32 * 1024 * 1024) {
    this.#path = path
    this.#maxBytes = maxBytes
    mkdirSync(dirname(path), { recursive: true })
    this.#load()
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  add(event: AgentEvent): void {
    const json = JSON.stringify(event)
    const entry: Entry = { number: this.#next++, json, event }
    this.#entries.push(entry)
    this.#bytes += json.length
    appendFileSync(this.#path, `${entry.number} ${json}\n`)
    if (this.#bytes > this.#maxBytes) this.#shed()
  }

  /** Forgets everything up to and with this number. */
  acknowledge(upTo: number): void {
    if (upTo <= this.#acknowledged || upTo >= this.#next) return
    this.#acknowledged = upTo
    while (this.#entries[0] !== undefined && this.#entries[0].number <= upTo) this.#forget()
    appendFileSync(this.#path, `ack ${upTo}\n`)
    if (this.#stale >= REWRITE_AFTER) this.#rewrite()
  }

  /** The oldest unacknowledged events after `after`, in one frame's bounds; null when there are none. */
  batch(after: number): Batch | null {
    const events: AgentEvent[] = []
    let from = 0
    let bytes = 0
    for (const entry of this.#entries) {
      if (entry.number <= after) continue
      if (events.length === 0) from = entry.number
      // Numbers in a frame are consecutive: a hole left by shedding ends it.
      else if (entry.number !== from + events.length || events.length >= MAX_BATCH || bytes + entry.json.length > MAX_BATCH_BYTES) break
      events.push(entry.event)
      bytes += entry.json.length
    }
    return events.length === 0 ? null : { from, events }
  }

  #forget(): void {
    const entry = this.#entries.shift()
    if (entry === undefined) return
    this.#bytes -= entry.json.length
    this.#stale += 1
  }

  /** Drops the oldest half and leaves a notice in the place of the last one dropped. */
  #shed(): void {
    let last: Entry | undefined
    while (this.#bytes > this.#maxBytes / 2 && this.#entries.length > 1) {
      last = this.#entries[0]
      this.#forget()
      this.#dropped += 1
    }
    if (last !== undefined) {
      const event: AgentEvent = { type: 'notice', at: last.event.at, text: `${this.#dropped} events were dropped while the connection was away.` }
      const json = JSON.stringify(event)
      this.#entries.unshift({ number: last.number, json, event })
      this.#bytes += json.length
    }
    this.#rewrite()
  }

  #rewrite(): void {
    const lines = this.#entries.map((e) => `${e.number} ${e.json}\n`).join('')
    writeFileSync(`${this.#path}.new`, `next ${this.#next}\nack ${this.#acknowledged}\n${lines}`)
    renameSync(`${this.#path}.new`, this.#path)
    this.#stale = 0
  }

  #load(): void {
    for (const line of (textNowIn(this.#path) ?? '').split('\n')) {
      const space = line.indexOf(' ')
      if (space < 1) continue
      const head = line.slice(0, space)
      const rest = line.slice(space + 1)
      if (head === 'next') this.#next = Math.max(this.#next, Number(rest))
      else if (head === 'ack') this.#acknowledged = Math.max(this.#acknowledged, Number(rest))
      else this.#loadEntry(Number(head), rest)
    }
    while (this.#entries[0] !== undefined && this.#entries[0].number <= this.#acknowledged) this.#forget()
    this.#next = Math.max(this.#next, this.#acknowledged + 1)
    this.#rewrite()
  }

  #loadEntry(number: number, json: string): void {
    // The last line may be cut short by a kill: its event is lost with the process that was writing it.
    const parsed = AgentEvent.safeParse(tryJson(json))
    if (!Number.isSafeInteger(number) || !parsed.success) return
    this.#entries.push({ number, json, event: parsed.data })
    this.#bytes += json.length
    this.#next = Math.max(this.#next, number + 1)
  }
}
