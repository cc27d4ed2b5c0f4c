/**
 * The relay's own HTTP, for the orchestrator on the stack's internal network:
 *   GET /health                                                      200 when NATS is connected, else 503
 *   GET /internal/sessions/:session/terminal/:target?cols=&rows=&mode=     WebSocket, bearer of the internal token
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { problem, statusOf, TerminalMode, TerminalTarget } from '@orchestra/contracts'
import type { Problem } from '@orchestra/contracts'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { bounds } from '../bounds.ts'
import type { Log } from '../log.ts'
import type { Registry } from '../sessions/registry.ts'
import { joinSockets } from '../stream/pipe.ts'
import { sendJson, sendProblem } from './reply.ts'

const size = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).catch(fallback)
const TerminalRequest = z.object({ session: z.string(), target: TerminalTarget, cols: size(80, 1000), rows: size(24, 500), mode: TerminalMode.catch('drive') })

export type InternalDeps = { registry: Pick<Registry, 'get'>; healthy: () => boolean; token: string; log: Log }

export const serveInternal = async (port: number, deps: InternalDeps): Promise<{ port: number; close(): Promise<void> }> => {
  const terminals = new WebSocketServer({ noServer: true, maxPayload: bounds.streamFrame, perMessageDeflate: false, handleProtocols: () => 'tty' })
  const server = createServer((req, res) => {
    if (req.url !== '/health') return sendProblem(res, problem('not_found', 'Nothing is served here.'))
    sendJson(res, deps.healthy() ? 200 : 503, { ok: deps.healthy() })
  })
  const openTerminal = async (req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    if (!authorized(req, deps.token)) return refuse(socket, problem('forbidden', 'The internal token is missing or wrong.'))
    const wanted = parseTerminal(req.url ?? '')
    if (!wanted) return refuse(socket, problem('not_found', 'Nothing is served here.'))
    const session = deps.registry.get(wanted.session)
    if (!session) return refuse(socket, problem('session_unknown', `The relay knows no session "${wanted.session}".`, { about: wanted.session }))
    const stream = await session.streams.open(wanted)
    if (!stream.ok) return refuse(socket, stream.problem)
    if (socket.destroyed) return stream.value.terminate()
    terminals.handleUpgrade(req, socket, head, (client) => {
      joinSockets(client, stream.value)
      stream.value.resume()
    })
  }
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy())
    openTerminal(req, socket, head).catch((error: unknown) => {
      deps.log('a terminal could not be opened', { error })
      socket.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const client of terminals.clients) client.terminate()
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await ended
    },
  }
}

const parseTerminal = (target: string): z.infer<typeof TerminalRequest> | null => {
  const url = new URL(target, 'http://relay')
  const found = /^\/internal\/sessions\/([^/]+)\/terminal\/([^/]+)$/.exec(url.pathname)
  const wanted = TerminalRequest.safeParse({ session: found?.[1], target: found?.[2], cols: url.searchParams.get('cols') ?? undefined, rows: url.searchParams.get('rows') ?? undefined, mode: url.searchParams.get('mode') ?? undefined })
  return wanted.success ? wanted.data : null
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const authorized = (req: IncomingMessage, token: string): boolean => timingSafeEqual(digest(req.headers.authorization ?? ''), digest(`Bearer ${token}`))

const refuse = (socket: Duplex, found: Problem): void => {
  const body = JSON.stringify({ problem: found })
  socket.end(`HTTP/1.1 ${statusOf(found.code)} Refused\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
