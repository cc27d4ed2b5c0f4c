/** GET /ws/terminal/:session/:target: the page's socket and the relay's, joined frame by frame, each held back by the other's reader. `onLine`: the person sent a line. */
import { WebSocket } from 'ws'
import { internal, limits } from '@orchestra/contracts'
import type { TerminalMode } from '@orchestra/contracts'
import type { RelayDoor } from '../config.ts'
import { closeCodes, reason } from './codes.ts'

/** Bytes that may wait towards one side before the other is no longer read. */
const high = 512 * 1024
/** The relay's frames are the terminal's output, read in larger pieces than keys. */
const relayFrame = 1024 * 1024
const dialMs = 10_000
/** Of ttyd's protocol: a frame of keys, and the one that sends a line. */
const [input, enter] = [0x30, 0x0d]

const forward = (from: WebSocket, to: WebSocket, most: number, onFrame?: (frame: Buffer) => void): void => {
  from.on('message', (data, isBinary) => {
    // It is being closed, and its other side has not answered yet.
    if (from.readyState !== from.OPEN) return
    onFrame?.(data as Buffer)
    if ((data as Buffer).length > most) return from.close(1009, 'frame too large')
    if (to.readyState !== to.OPEN) return
    to.send(data as Buffer, { binary: isBinary }, () => {
      if (from.isPaused && to.bufferedAmount < high / 2) from.resume()
    })
    if (to.bufferedAmount > high) from.pause()
  })
}

/** Codes below 3000 other than 1000 and 1001 may not be sent by hand. */
const passOn = (code: number): number => (code === 1000 || code === 1001 || code >= 3000 ? code : closeCodes.upstreamGone)

export const bridgeTerminal = (page: WebSocket, relay: RelayDoor, where: { session: string; target: string }, as: { cols: number; rows: number; mode: TerminalMode }, onLine: () => void): void => {
  const url = new URL(internal.terminal(where.session, where.target), relay.url.replace(/^http/, 'ws'))
  url.search = new URLSearchParams({ cols: String(as.cols), rows: String(as.rows), mode: as.mode }).toString()
  page.pause()
  const upstream = new WebSocket(url, { headers: { authorization: `Bearer ${relay.token}` }, maxPayload: relayFrame, handshakeTimeout: dialMs, perMessageDeflate: false })
  upstream.on('open', () => {
    forward(page, upstream, limits.terminalFrame, (frame) => { if (frame[0] === input && frame.includes(enter)) onLine() })
    forward(upstream, page, relayFrame)
    page.resume()
  })
  upstream.on('unexpected-response', (_request, response) => {
    response.resume()
    upstream.terminate()
    page.resume()
    page.close(response.statusCode === 404 ? closeCodes.unknown : closeCodes.upstreamGone, reason(`the session's terminal does not answer (${response.statusCode})`))
  })
  upstream.on('error', (error) => {
    page.resume()
    page.close(closeCodes.upstreamGone, reason(error.message))
  })
  upstream.on('close', (code, why) => {
    page.resume()
    page.close(passOn(code), reason(why.toString()))
  })
  page.on('close', (code) => upstream.close(passOn(code)))
}
