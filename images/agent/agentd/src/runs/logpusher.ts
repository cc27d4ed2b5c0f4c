/** Sends a run's log in pieces as it grows, in order, each until the relay has taken it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunId } from '@orchestra/contracts'
import { background, log, reasonOf } from '../log.ts'
import type { RelayRequest } from '../relay/request.ts'

const RETRY_MS = 1000
const MAX_TRIES = 60
const PIECE = 256 * 1024
const TAIL = 16_000

export class LogPusher {
  readonly #post: RelayRequest
  readonly #id: RunId
  #left: number
  #pending: Buffer[] = []
  #sending: Promise<void> | null = null
  #tail = ''

  constructor(post: RelayRequest, id: RunId, maxBytes: number) {
    this.#post = post
    this.#id = id
    this.#left = maxBytes
  }

  add(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-TAIL)
    if (this.#left <= 0) return
    const piece = chunk.subarray(0, this.#left)
    this.#left -= piece.length
    this.#pending.push(piece)
    if (this.#left <= 0) this.#pending.push(Buffer.from('\n… the rest of the log is left out …\n'))
    this.#pump()
  }

  /** The end of what came, also past the bound. */
  get tail(): string {
    return this.#tail.trimEnd().split('\n').slice(-50).join('\n')
  }

  get lastLine(): string {
    return (this.#tail.trimEnd().split('\n').at(-1) ?? '').slice(-2000)
  }

  async end(): Promise<void> {
    while (this.#sending !== null) await this.#sending
  }

  #pump(): void {
    if (this.#sending !== null || this.#pending.length === 0) return
    this.#sending = this.#send().finally(() => {
      this.#sending = null
      this.#pump()
    })
    background('sending a log', this.#sending)
  }

  async #send(): Promise<void> {
    const all = Buffer.concat(this.#pending)
    const piece = all.subarray(0, PIECE)
    this.#pending = all.length > PIECE ? [all.subarray(PIECE)] : []
    for (let i = 0; i < MAX_TRIES; i++) {
      try {
        const answer = await this.#post('/push/log', piece, { 'content-type': 'application/octet-stream', 'x-run': this.#id })
        if (answer.status < 500) return
        log(`the relay answered ${answer.status} to a piece of a log`)
      } catch (error) {
        log(`a log waits for the relay: ${reasonOf(error)}`)
      }
      await sleep(RETRY_MS)
    }
  }
}
