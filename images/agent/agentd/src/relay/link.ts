/** The control link to the relay: dialled from here, kept up, frames in order. Events go through the spool. */
import { randomUUID } from 'node:crypto'
import { setTimeout as after } from 'node:timers'
import WebSocket from 'ws'
import { link } from '@orchestra/contracts'
import type { AgentEvent } from '@orchestra/contracts'
import { log } from '../log.ts'
import type { Spool } from './spool.ts'

const FIRST_RETRY_MS = 50
const MAX_RETRY_MS = 3000
const REFUSED_RETRY_MS = 30_000
const MAX_QUEUED = 2000
/** A link that says nothing for this long is dead: the relay pings more often than that, or answers our ping. */
const PING_MS = 15_000

export type LinkOptions = {
  socketPath: string
  version: string
  cliVersion: string
  spool: Spool
  onFrame: (frame: link.ToAgent) => void
  /** After each welcome: the moment to repeat what the other side may have missed. */
  onUp?: () => void
  /** The relay does not speak this agentd's protocol. */
  onRefused?: () => void
}

export class Link {
  readonly #options: LinkOptions
  readonly #boot = randomUUID()
  #socket: WebSocket | null = null
  #welcomed = false
  #closed = false
  #retry = FIRST_RETRY_MS
  #queue: link.FromAgent[] = []
  #sentUpTo = 0
  #idle: (() => void)[] = []

  constructor(options: LinkOptions) {
    this.#options = options
  }

  start(): void {
    this.#dial()
  }

  event(event: AgentEvent): void {
    this.#options.spool.add(event)
    this.#pump()
  }

  /** Sent now, or when the link is up again (the newest 2,000 are kept; what must survive longer is an event). */
  send(frame: link.FromAgent): void {
    if (this.#welcomed) this.#write(frame)
    else {
      this.#queue.push(frame)
      if (this.#queue.length > MAX_QUEUED) this.#queue.shift()
    }
  }

  /** Resolves when all that was sent is acknowledged or handed over, or when time is up. */
  flush(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      after(resolve, ms)
      this.#checkIdle()
    })
  }

  close(): void {
    this.#closed = true
    this.#socket?.close()
  }

  #dial(): void {
    const socket = new WebSocket(`ws+unix:${this.#options.socketPath}:/link`, { perMessageDeflate: false, maxPayload: 8 * 1024 * 1024, handshakeTimeout: 5000 })
    this.#socket = socket
    let alive = true
    const beat = setInterval(() => {
      if (!alive) socket.terminate()
      alive = false
      if (socket.readyState === WebSocket.OPEN) socket.ping()
    }, PING_MS)
    socket.on('open', () => {
      this.#write({ type: 'hello', protocol: link.AGENT_PROTOCOL, version: this.#options.version, cliVersion: this.#options.cliVersion, bootId: this.#boot })
    })
    socket.on('pong', () => (alive = true))
    socket.on('ping', () => (alive = true))
    socket.on('message', (data: Buffer, binary) => {
      alive = true
      if (!binary) this.#receive(data.toString('utf8'))
    })
    socket.on('error', (error) => log(`link: ${error.message}`))
    socket.on('close', (code) => {
      clearInterval(beat)
      this.#welcomed = false
      if (this.#closed) return
      if (code === link.REFUSED_PROTOCOL) {
        // Another relay may come, but not at once.
        this.#retry = REFUSED_RETRY_MS
        this.#options.onRefused?.()
      }
      after(() => this.#dial(), this.#retry)
      this.#retry = Math.min(this.#retry * 2, MAX_RETRY_MS)
    })
  }

  #receive(text: string): void {
    const frame = link.ToAgent.safeParse(JSON.parse(text))
    if (!frame.success) {
      log(`link: a frame that this agentd does not know was left out: ${text.slice(0, 200)}`)
      return
    }
    if (frame.data.type === 'welcome') this.#welcome()
    else if (frame.data.type === 'events-ack') {
      this.#options.spool.acknowledge(frame.data.upTo)
      this.#pump()
    } else this.#options.onFrame(frame.data)
  }

  #welcome(): void {
    this.#welcomed = true
    this.#retry = FIRST_RETRY_MS
    // What was in flight when the last link fell is sent again; the numbers tell the other side what it has.
    this.#sentUpTo = this.#options.spool.acknowledged
    const waiting = this.#queue
    this.#queue = []
    for (const frame of waiting) this.#write(frame)
    this.#options.onUp?.()
    this.#pump()
  }

  #pump(): void {
    while (this.#welcomed) {
      const batch = this.#options.spool.batch(this.#sentUpTo)
      if (batch === null) break
      this.#sentUpTo = batch.from + batch.events.length - 1
      this.#write({ type: 'events', ...batch })
    }
    this.#checkIdle()
  }

  #write(frame: link.FromAgent): void {
    this.#socket?.send(JSON.stringify(frame), (error) => {
      if (error) log(`link: ${frame.type} was not sent: ${error.message}`)
    })
  }

  #checkIdle(): void {
    if (!this.#welcomed || this.#options.spool.batch(this.#options.spool.acknowledged) !== null) return
    const waiting = this.#idle.splice(0)
    if (waiting.length === 0) return
    // Frames and pings keep their order: the answer says that all before it has arrived.
    this.#socket?.once('pong', () => waiting.forEach((done) => done()))
    this.#socket?.ping()
  }
}
