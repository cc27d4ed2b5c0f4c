/** One terminal as one stream: ttyd's frames on one side, the relay's on the other, each side slowed to what the other takes. */
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { limits } from '@orchestra/contracts'
import { log } from '../log.ts'

const HIGH_WATER = 256 * 1024
const CONNECT_TRIES = 60
const CONNECT_WAIT_MS = 25

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })

const toTtyd = async (path: string): Promise<WebSocket> => {
  for (let i = 1; ; i++) {
    const socket = new WebSocket(`ws+unix:${path}:/ws`, ['tty'], { perMessageDeflate: false, maxPayload: 4 * 1024 * 1024 })
    try {
      await opened(socket)
      return socket
    } catch (error) {
      if (i >= CONNECT_TRIES) throw error
      await sleep(CONNECT_WAIT_MS)
    }
  }
}

const pump = (from: WebSocket, to: WebSocket, max: number): void => {
  from.on('message', (data: Buffer) => {
    if (to.readyState !== WebSocket.OPEN) return
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

/** Resolves when both stand; each ends with the other. */
export const bridge = async (relaySocket: string, id: string, ttydSocket: string, size: { cols: number; rows: number }): Promise<void> => {
  const relay = new WebSocket(`ws+unix:${relaySocket}:/stream/${id}`, { perMessageDeflate: false, maxPayload: 1024 * 1024 })
  const early: Buffer[] = []
  const keep = (data: Buffer) => void early.push(data)
  relay.on('message', keep)
  await opened(relay)
  let tty: WebSocket
  try {
    tty = await toTtyd(ttydSocket)
  } catch (error) {
    relay.close(1011, 'the terminal did not start')
    throw error
  }
  tty.send(JSON.stringify({ AuthToken: '', columns: size.cols, rows: size.rows }))
  relay.off('message', keep)
  for (const data of early) tty.send(data, { binary: true })
  pump(tty, relay, limits.terminalFrame - 1)
  pump(relay, tty, 1024 * 1024)
  tty.on('close', () => relay.close(1000))
  relay.on('close', () => tty.close())
  tty.on('error', (error) => log(`terminal: ${error.message}`))
  relay.on('error', (error) => log(`terminal: ${error.message}`))
}
