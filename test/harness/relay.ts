/** A relay in this process on a real NATS server, real sockets and a model endpoint of the test's own; and an agentd's end of a socket. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import WebSocket from 'ws'
import { link } from '@orchestra/contracts'

export type Served = { url: string; close(): Promise<void> }

export const serve = async (handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<Served> => {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }),
  }
}

export const temporaryFolder = async (): Promise<{ path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'relay-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export type Answer = { status: number; headers: IncomingMessage['headers']; body: string }

/** One HTTP request over a session's socket, as the CLI or agentd would send it. */
export const overSocket = (socketPath: string, path: string, options: { method?: string; headers?: Record<string, string>; body?: string | Buffer; signal?: AbortSignal } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const req = httpRequest({ socketPath, path, method: options.method ?? 'POST', headers: { host: '127.0.0.1:7700', ...options.headers }, signal: options.signal }, (res) => {
      text(res).then((body) => resolve({ status: res.statusCode ?? 0, headers: res.headers, body }), reject)
    })
    req.on('error', reject)
    req.end(options.body)
  })

const BOOT = crypto.randomUUID()

/** agentd's end of the control link, by default of one and the same agentd. `next` waits for the next frame of a type. */
export class AgentEnd {
  readonly socket: WebSocket
  readonly #seen: link.ToAgent[] = []
  #wake: (() => void)[] = []

  constructor(socketPath: string, protocol: number = link.AGENT_PROTOCOL, boot: string = BOOT) {
    this.socket = new WebSocket(`ws+unix:${socketPath}:/link`)
    this.socket.on('open', () => this.send({ type: 'hello', protocol, version: '0', cliVersion: '0', bootId: boot }))
    this.socket.on('message', (data: Buffer) => {
      this.#seen.push(link.ToAgent.parse(JSON.parse(data.toString())))
      for (const wake of this.#wake.splice(0)) wake()
    })
    this.socket.on('error', () => this.socket.close())
  }

  send(frame: link.FromAgent): void {
    this.socket.send(JSON.stringify(frame))
  }

  async next<T extends link.ToAgent['type']>(type: T): Promise<Extract<link.ToAgent, { type: T }>> {
    for (;;) {
      const index = this.#seen.findIndex((frame) => frame.type === type)
      if (index >= 0) return this.#seen.splice(index, 1)[0] as Extract<link.ToAgent, { type: T }>
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  waiting(): link.ToAgent[] {
    return this.#seen
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve())
      this.socket.terminate()
    })
  }
}
