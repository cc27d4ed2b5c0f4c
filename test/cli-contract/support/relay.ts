/** The relay's side of a session's socket, played by a test: it records what agentd sends and says what the test wants. */
import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { chmod, rm } from 'node:fs/promises'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { z } from 'zod'
import { link } from '@orchestra/contracts'
import type { AgentEvent } from '@orchestra/contracts'
import { scriptedModel } from './model.ts'
import type { Decide } from './model.ts'

export type Push = { kind: string; sha: string; head: string; bytes: number }

export class TestRelay {
  readonly frames: link.FromAgent[] = []
  readonly events: AgentEvent[] = []
  readonly pushes: Push[] = []
  readonly asks: z.infer<typeof link.AskRequest>[] = []
  /** How questions were settled without an answer of the test's. */
  readonly settled: z.infer<typeof link.AskSettled>[] = []
  readonly streams = new Map<string, WebSocket>()
  readonly toolCalls: { name: string; arguments: unknown }[] = []
  /** Hosts that something in the container wanted to reach; none of them is. */
  readonly wanted: string[] = []
  logs = ''
  decide: Decide = () => [{ type: 'text', text: 'Done.' }]
  answer: (ask: z.infer<typeof link.AskRequest>) => Promise<link.AskReply> = () => new Promise(() => undefined)
  callTool: (name: string, args: unknown) => Promise<string> = () => Promise.resolve('ok')
  /** Held back: a relay, or a machine, that is slow at its start. */
  beforeTools: () => Promise<unknown> = () => Promise.resolve()
  pushReply: (push: Push) => link.PushReply = (push) => ({ accepted: true, tip: push.kind === 'commits' ? link.PushHeaders.shape['x-sha'].parse(push.sha) : null })
  /** What it says of the session's inbox, at each link and when the CLI has ended; null: nothing yet. */
  inbox: 'empty' | 'held' | null = 'empty'
  /** Bare repository that takes the packs; it must have the session's base. */
  store: string | null = null
  readonly model = scriptedModel((request) => this.decide(request))
  readonly #path: string
  readonly #changed = new EventEmitter()
  readonly #sockets = new WebSocketServer({ noServer: true })
  #server: Server | null = null
  #link: WebSocket | null = null
  #seen = 0
  #refusing: number | null = null

  constructor(socketPath: string) {
    this.#path = socketPath
    this.#changed.setMaxListeners(0)
  }

  async open(): Promise<void> {
    await rm(this.#path, { force: true })
    const server = createServer((req, res) => {
      this.#request(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)))
    })
    server.requestTimeout = 0
    server.on('upgrade', (req, socket, head) => this.#sockets.handleUpgrade(req, socket, head, (ws) => this.#upgraded(req.url ?? '', ws)))
    server.on('connect', (req, socket) => {
      this.wanted.push(req.url ?? '')
      socket.end('HTTP/1.1 403 Refused\r\ncontent-length: 0\r\n\r\n')
    })
    server.listen(this.#path)
    await once(server, 'listening')
    await chmod(this.#path, 0o777)
    this.#server = server
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate()
    this.#server?.closeAllConnections()
    await new Promise((resolve) => (this.#server === null ? resolve(null) : this.#server.close(resolve)))
    this.#server = null
  }

  /** Closes the link with this code, and each that comes after. */
  refuse(code: number): void {
    this.#refusing = code
    this.#link?.close(code)
  }

  send(frame: link.ToAgent): void {
    if (this.#link === null) throw new Error('agentd is not linked')
    this.#link.send(JSON.stringify(frame))
  }

  /** Resolves as soon as `find` finds something; fails with what was seen. */
  async until<T>(what: string, find: () => T | undefined | null | false | Promise<T | undefined | null | false>, ms = 45_000): Promise<T> {
    const deadline = AbortSignal.timeout(ms)
    for (;;) {
      const found = await find()
      if (found !== undefined && found !== null && found !== false) return found
      try {
        // What is looked for may be outside: then nothing here tells of it.
        await once(this.#changed, 'change', { signal: AbortSignal.any([deadline, AbortSignal.timeout(200)]) })
      } catch {
        if (!deadline.aborted) continue
        throw new Error(`waited ${ms} ms for ${what}. Last frames: ${JSON.stringify(this.frames.slice(-6)).slice(0, 3000)} events: ${JSON.stringify(this.events.slice(-6)).slice(0, 3000)}`)
      }
    }
  }

  frame<T extends link.FromAgent['type']>(type: T, match: (f: Extract<link.FromAgent, { type: T }>) => boolean = () => true): Promise<Extract<link.FromAgent, { type: T }>> {
    return this.until(`a frame ${type}`, () => this.frames.find((f): f is Extract<link.FromAgent, { type: T }> => f.type === type && match(f as Extract<link.FromAgent, { type: T }>)))
  }

  event<T extends AgentEvent['type']>(type: T, match: (e: Extract<AgentEvent, { type: T }>) => boolean = () => true): Promise<Extract<AgentEvent, { type: T }>> {
    return this.until(`an event ${type}`, () => this.events.find((e): e is Extract<AgentEvent, { type: T }> => e.type === type && match(e as Extract<AgentEvent, { type: T }>)))
  }

  touch(): void {
    this.#changed.emit('change')
  }

  #upgraded(url: string, ws: WebSocket): void {
    if (url.startsWith('/stream/')) {
      this.streams.set(url.slice('/stream/'.length), ws)
      this.touch()
      return
    }
    this.#link = ws
    if (this.#refusing !== null) return ws.close(this.#refusing)
    ws.on('message', (data: Buffer) => {
      const frame = link.FromAgent.parse(JSON.parse(data.toString('utf8')))
      this.frames.push(frame)
      if (frame.type === 'hello') this.send({ type: 'welcome', session: 'test' as never, role: 'executor' })
      if (this.inbox !== null && (frame.type === 'hello' || (frame.type === 'cli-status' && frame.status === 'exited'))) this.send({ type: 'inbox', state: this.inbox })
      if (frame.type === 'events') {
        frame.events.forEach((event, i) => {
          if (frame.from + i > this.#seen) this.events.push(event)
        })
        this.#seen = Math.max(this.#seen, frame.from + frame.events.length - 1)
        this.send({ type: 'events-ack', upTo: this.#seen })
      }
      this.touch()
    })
  }

  async #request(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = req.url ?? ''
    if (url.startsWith('/llm/')) {
      await this.model.handle(req, res)
      this.touch()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(Buffer.from(chunk))
    const body = Buffer.concat(chunks)
    const json = (value: unknown) => res.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    if (url === '/push/pack') return void json(await this.#pack(req, body))
    if (url === '/push/log') {
      this.logs += body.toString('utf8')
      this.touch()
      return void json({})
    }
    if (url === '/ask') {
      const ask = link.AskRequest.parse(JSON.parse(body.toString('utf8')))
      this.asks.push(ask)
      this.touch()
      return void json(await this.answer(ask))
    }
    if (url === '/ask/settled') {
      this.settled.push(link.AskSettled.parse(JSON.parse(body.toString('utf8'))))
      this.touch()
      return void json({})
    }
    if (url === '/mcp') return this.#mcp(req, body, res)
    res.writeHead(404).end('{}')
  }

  async #pack(req: IncomingMessage, body: Buffer): Promise<link.PushReply> {
    const push = { kind: String(req.headers['x-kind']), sha: String(req.headers['x-sha']), head: String(req.headers['x-head']), bytes: body.length }
    if (this.store !== null) {
      await new Promise<void>((resolve, reject) => {
        const child = execFile('git', ['-c', 'safe.directory=*', '-C', this.store ?? '', 'index-pack', '--stdin', '--fix-thin', '--strict'], (error) => (error ? reject(error) : resolve()))
        child.stdin?.on('error', () => undefined).end(body)
      })
    }
    this.pushes.push(push)
    this.touch()
    return this.pushReply(push)
  }

  async #mcp(req: IncomingMessage, body: Buffer, res: ServerResponse): Promise<void> {
    if (req.method !== 'POST') return void res.writeHead(405).end()
    const call: { id?: number; method: string; params?: { name?: string; arguments?: unknown; protocolVersion?: string } } = JSON.parse(body.toString('utf8'))
    if (call.id === undefined) return void res.writeHead(202).end()
    const result = await this.#mcpResult(call.method, call.params)
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id: call.id, result }))
  }

  async #mcpResult(method: string, params: { name?: string; arguments?: unknown; protocolVersion?: string } | undefined): Promise<unknown> {
    if (method === 'initialize') {
      await this.beforeTools()
      return { protocolVersion: params?.protocolVersion ?? '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'orchestra', version: '1' } }
    }
    if (method === 'tools/list') this.send({ type: 'tools-listed', tookMs: 0 })
    if (method === 'tools/list') return { tools: ['ask', 'complete'].map((name) => ({ name, description: name, inputSchema: { type: 'object', additionalProperties: true } })) }
    if (method !== 'tools/call') return {}
    this.toolCalls.push({ name: params?.name ?? '', arguments: params?.arguments })
    this.touch()
    return { content: [{ type: 'text', text: await this.callTool(params?.name ?? '', params?.arguments) }] }
  }
}
