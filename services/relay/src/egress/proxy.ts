/** The forward proxy of a session: CONNECT tunnels, and plain http in absolute form. Every refusal is reported. */
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'
import { statusOf } from '@orchestra/contracts'
import type { EgressCause, Problem } from '@orchestra/contracts'
import { bounds } from '../bounds.ts'
import { makeRate } from '../mcp/rate.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Egress } from './connect.ts'
import { normal } from './rules.ts'

export type Proxy = {
  tunnel: (req: IncomingMessage, socket: Duplex, head: Buffer) => void
  forward: (req: IncomingMessage, res: ServerResponse) => Promise<void>
  close(): void
}

const hop = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings']
const withoutHop = (headers: IncomingMessage['headers']) => Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.includes(name)))

export const makeProxy = (egress: Egress, reporter: Reporter): Proxy => {
  let open = 0
  // A loop of refused attempts tells its story with the first hundred a minute.
  const mayReport = makeRate(100, 60_000)
  const take = (): (() => void) | null => {
    if (open >= bounds.tunnels) return null
    open += 1
    let taken = true
    return () => { if (taken) open -= 1; taken = false }
  }
  const noteRefusal = (host: string, port: number, found: { problem: Problem; cause: EgressCause | null }): void => {
    if (found.cause === null || !mayReport()) return
    void reporter.send({ type: 'egress-refused', host: normal(host).slice(0, 300), port, reason: found.problem.message.slice(0, 300), cause: found.cause, at: new Date().toISOString() })
  }
  const tunnels = new Set<{ host: string; port: number; socket: Duplex }>()
  // A download that is under way ends too: who closes a project's egress means now.
  const stopWatching = egress.onChange(() => {
    for (const { host, port, socket } of tunnels) if (!egress.stillAllowed(host, port)) socket.destroy()
  })
  const text = (found: Problem) => `${found.message} ${found.next}\n`
  const status = (found: Problem) => (found.code === 'forbidden' ? 403 : statusOf(found.code) === 404 ? 502 : statusOf(found.code))

  const tunnelTo = async (target: { host: string; port: number }, socket: Duplex, head: Buffer): Promise<void> => {
    const release = take()
    if (!release) return refuse(socket, 503, 'too many tunnels are open\n')
    socket.once('close', release)
    const dialled = await egress.dial(target.host, target.port, true)
    if (!dialled.ok) {
      noteRefusal(target.host, target.port, dialled)
      return refuse(socket, status(dialled.problem), text(dialled.problem))
    }
    const upstream = dialled.value
    if (socket.destroyed || !egress.stillAllowed(target.host, target.port)) {
      upstream.destroy()
      return void socket.destroy()
    }
    const tunnel = { ...target, socket }
    tunnels.add(tunnel)
    socket.once('close', () => tunnels.delete(tunnel))
    upstream.setTimeout(bounds.tunnelIdle, () => upstream.destroy())
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) upstream.write(head)
    // Half-closed ends are kept: each direction ends by itself, an error ends both.
    pipeline(socket, upstream, () => undefined)
    pipeline(upstream, socket, () => undefined)
  }

  return {
    close: stopWatching,
    tunnel(req, socket, head) {
      const target = parseTarget(req.url ?? '')
      if (!target) return refuse(socket, 400, 'CONNECT takes host:port\n')
      tunnelTo(target, socket, head).catch((error: unknown) => socket.destroy(error instanceof Error ? error : new Error(String(error))))
    },
    async forward(req, res) {
      const url = URL.parse(req.url ?? '')
      const reply = (code: number, body: string): void => void res.writeHead(code, { 'content-type': 'text/plain' }).end(body)
      if (!url) return reply(400, 'this is no address\n')
      if (url.protocol !== 'http:') return reply(400, 'https goes through CONNECT\n')
      const release = take()
      if (!release) return reply(503, 'too many requests are open\n')
      res.once('close', release)
      const port = Number(url.port || 80)
      const dialled = await egress.dial(url.hostname, port, false)
      if (!dialled.ok) {
        noteRefusal(url.hostname, port, dialled)
        return reply(status(dialled.problem), text(dialled.problem))
      }
      const upstream = httpRequest({ createConnection: () => dialled.value, method: req.method, path: url.pathname + url.search, headers: { ...withoutHop(req.headers), host: url.host, connection: 'close' }, timeout: bounds.tunnelIdle })
      upstream.once('timeout', () => upstream.destroy(new Error('silent for too long')))
      upstream.once('response', (answer) => {
        res.writeHead(answer.statusCode ?? 502, withoutHop(answer.headers))
        pipeline(answer, res, () => undefined) // either end hung up: both are closed
      })
      upstream.once('error', (error) => (res.headersSent ? res.destroy() : reply(502, `${url.host}: ${error.message}\n`)))
      res.once('close', () => upstream.destroy())
      pipeline(req, upstream, () => undefined) // its errors are upstream's, handled above
    },
  }
}

const parseTarget = (authority: string): { host: string; port: number } | null => {
  const found = /^(\[[0-9a-fA-F:.]+\]|[^:/@\s]{1,255}):(\d{1,5})$/.exec(authority)
  const port = Number(found?.[2])
  return found?.[1] && port > 0 && port < 65_536 ? { host: found[1], port } : null
}

const refuse = (socket: Duplex, status: number, text: string): void =>
  void socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
