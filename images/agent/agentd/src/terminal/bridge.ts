/** One terminal as one stream: ttyd's frames on one side, the relay's on the other, each side slowed to what the other takes. */
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { limits } from '@orchestra/contracts'
import { log } from '../log.ts'

const HIGH_WATER = 256 * 1024
const CONNECT_TRIES = 60
const CONNECT_WAIT_MS = 25
const OUTPUT = 0x30, RESIZE = 0x31, WINDOW = 0x34

export type Size = { cols: number; rows: number }
/** A viewer's: `follow` calls back with the window's size after each change until what it returned is called. */
export type Viewing = { follow: (tell: (size: Size) => void) => () => void }

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })

const toTtyd = async (path: string, query: string): Promise<WebSocket> => {
  for (let i = 1; ; i++) {
    const socket = new WebSocket(`ws+unix:${path}:/ws${query}`, ['tty'], { perMessageDeflate: false, maxPayload: 4 * 1024 * 1024 })
    try {
      await opened(socket)
      return socket
    } catch (error) {
      if (i >= CONNECT_TRIES) throw error
      await sleep(CONNECT_WAIT_MS)
    }
  }
}

const pump = (from: WebSocket, to: WebSocket, max: number, passes: (data: Buffer) => boolean = () => true): void => {
  from.on('message', (data: Buffer) => {
    if (to.readyState !== WebSocket.OPEN || !passes(data)) return
    // ttyd cuts its output small; a larger piece keeps its first byte, the kind of frame.
    for (let at = 0; at < data.length || at === 0; at += max) {
      const piece = at === 0 ? data.subarray(0, max) : Buffer.concat([data.subarray(0, 1), data.subarray(at, at + max)])
      to.send(piece, { binary: true }, () => {
        if (from.isPaused && to.bufferedAmount < HIGH_WATER / 2) from.resume()
      })
    }
    if (to.bufferedAmount > HIGH_WATER) from.pause()
  })
}

const sized = (kind: number, { cols, rows }: Size): Buffer => Buffer.concat([Buffer.of(kind), Buffer.from(JSON.stringify({ columns: cols, rows }))])

const toRelay = (socket: string, id: string): WebSocket => {
  const relay = new WebSocket(`ws+unix:${socket}:/stream/${id}`, { perMessageDeflate: false, maxPayload: 1024 * 1024 })
  relay.on('error', (error) => log(`terminal: ${error.message}`))
  return relay
}

/** Resolves when both stand; each ends with the other. */
export const bridge = async (relaySocket: string, id: string, ttydSocket: string, size: Size, viewing: Viewing | null = null): Promise<void> => {
  const relay = toRelay(relaySocket, id)
  const early: Buffer[] = []
  const keep = (data: Buffer) => void early.push(data)
  relay.on('message', keep)
  await opened(relay)
  let tty: WebSocket
  try {
    tty = await toTtyd(ttydSocket, viewing ? '?arg=-f&arg=ignore-size' : '')
  } catch (error) {
    relay.close(1011, 'the terminal did not start')
    throw error
  }
  // A viewer's screen has the window's size, never the other way round.
  const passes = (data: Buffer): boolean => viewing === null || data[0] !== RESIZE
  tty.send(JSON.stringify({ AuthToken: '', columns: size.cols, rows: size.rows }))
  if (viewing) relay.send(sized(WINDOW, size), { binary: true })
  relay.off('message', keep)
  for (const data of early) if (passes(data)) tty.send(data, { binary: true })
  pump(tty, relay, limits.terminalFrame - 1)
  pump(relay, tty, 1024 * 1024, passes)
  const stop = viewing?.follow((now) => {
    if (tty.readyState !== WebSocket.OPEN || relay.readyState !== WebSocket.OPEN) return
    relay.send(sized(WINDOW, now), { binary: true })
    tty.send(sized(RESIZE, now), { binary: true })
  })
  tty.on('close', () => relay.close(1000))
  relay.on('close', () => { stop?.(); tty.close() })
  tty.on('error', (error) => log(`terminal: ${error.message}`))
}

/** Sends a text as a terminal's output and ends the stream. */
export const sendOutput = async (relaySocket: string, id: string, text: Buffer): Promise<void> => {
  const relay = toRelay(relaySocket, id)
  await opened(relay)
  const most = limits.terminalFrame - 1
  for (let at = 0; at < text.length; at += most) relay.send(Buffer.concat([Buffer.of(OUTPUT), text.subarray(at, at + most)]), { binary: true })
  relay.close(1000)
}
