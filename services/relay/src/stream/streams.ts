/** Streams of a session: the relay asks for one over the control link, agentd dials it, and it is joined to who asked. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result, SessionId, TerminalMode } from '@orchestra/contracts'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { bounds } from '../bounds.ts'
import type { ControlLink } from '../link/link.ts'

export type Wanted = { target: 'cli' | 'shell'; mode: TerminalMode; cols: number; rows: number }

export type Streams = {
  /** Asks agentd for the stream; resolves with its socket, paused, once it has dialled. */
  open(wanted: Wanted): Promise<Result<WebSocket>>
  /** agentd dials: only an id that was asked for is let in, once. */
  accept: (id: string) => (req: IncomingMessage, socket: Duplex, head: Buffer) => void
  close(): void
}

export const makeStreams = (session: SessionId, link: Pick<ControlLink, 'send'>): Streams => {
  const server = new WebSocketServer({ noServer: true, maxPayload: bounds.streamFrame, perMessageDeflate: false, handleProtocols: () => 'tty' })
  const asked = new Map<string, (socket: WebSocket) => void>()

  return {
    async open({ target, mode, cols, rows }) {
      if (server.clients.size + asked.size >= bounds.streams) return fail(problem('rate_limited', `${bounds.streams} terminals of this session are open already.`, { about: session }))
      const id = randomUUID()
      const sent = link.send({ type: 'open-stream', id, target, mode, cols, rows })
      if (!sent.ok) return sent
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          asked.delete(id)
          resolve(fail(problem('agent_unreachable', `Session "${session}" did not open its terminal within ${bounds.streamOpen / 1000} s.`, { about: session })))
        }, bounds.streamOpen)
        asked.set(id, (socket) => {
          clearTimeout(timer)
          asked.delete(id)
          socket.on('error', () => socket.terminate())
          socket.pause()
          resolve(ok(socket))
        })
      })
    },
    accept: (id) => (req, socket, head) => {
      const take = asked.get(id)
      if (!take) return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      server.handleUpgrade(req, socket, head, take)
    },
    close() {
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}
