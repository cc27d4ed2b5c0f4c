/** Joins two WebSockets: frames pass both ways as they are; a slow side slows the other down; the end of one is the end of both. */
import type { WebSocket } from 'ws'
import { bounds } from '../bounds.ts'

const closeCode = (code: number): number => (code === 1000 || (code >= 3000 && code < 5000) ? code : 1000)

export const joinSockets = (a: WebSocket, b: WebSocket): void => {
  oneWay(a, b)
  oneWay(b, a)
}

const oneWay = (from: WebSocket, to: WebSocket): void => {
  from.on('message', (data, binary) => {
    if (to.readyState !== to.OPEN) return
    to.send(data as Buffer, { binary }, () => {
      if (from.isPaused && to.bufferedAmount < bounds.streamBuffer / 2) from.resume()
    })
    if (to.bufferedAmount > bounds.streamBuffer) from.pause()
  })
  from.once('close', (code, reason) => {
    if (to.readyState === to.OPEN) to.close(closeCode(code), reason)
    // A peer that does not answer the close in time is cut.
    setTimeout(() => to.terminate(), 5000).unref()
  })
  from.on('error', () => from.terminate())
}
