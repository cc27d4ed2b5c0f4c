/**
 * The control link of a session: one WebSocket, the newest wins. Frames are validated, committed by the orchestrator in order,
 * and only then acknowledged. When too many wait, the socket is not read: agentd keeps the rest.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { link, ok, fail, problem } from '@orchestra/contracts'
import type { Result, Role, SessionId } from '@orchestra/contracts'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { bounds } from '../bounds.ts'
import type { Inbox } from '../inbox/inbox.ts'
import type { Log } from '../log.ts'
import type { Reporter } from '../reports/reporter.ts'
import { readFrame, splitEvents } from './frames.ts'

export type ControlLink = {
  upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Written to a live link, or `agent_unreachable`. */
  send(frame: link.ToAgent): Result<void>
  up(): boolean
  close(): void
}

export type LinkDeps = { session: SessionId; role: Role; inbox: Inbox; reporter: Reporter; maxReport: () => number; log: Log }

type Counter = { /** not committed yet */ waiting: number; unreadable: number }

const PING_EVERY = 15_000
const closing = { replaced: 4001, protocol: link.REFUSED_PROTOCOL, invalid: 4003 } as const

export const makeLink = (deps: LinkDeps): ControlLink => {
  const { session, inbox, reporter, log } = deps
  const server = new WebSocketServer({ noServer: true, maxPayload: bounds.linkFrame, perMessageDeflate: false })
  let current: WebSocket | null = null

  const write = (socket: WebSocket, frame: link.ToAgent): boolean => {
    if (socket !== current || socket.readyState !== socket.OPEN) return false
    socket.send(JSON.stringify(frame))
    return true
  }
  const raise = (socket: WebSocket, hello: Extract<link.FromAgent, { type: 'hello' }>): void => {
    if (hello.protocol < link.OLDEST_AGENT_PROTOCOL || hello.protocol > link.AGENT_PROTOCOL) {
      log('an agentd of another protocol was turned away', { session, protocol: hello.protocol })
      void reporter.send({ type: 'frame', frame: { type: 'notice', text: `The session's container speaks protocol ${hello.protocol}, this relay ${link.OLDEST_AGENT_PROTOCOL} to ${link.AGENT_PROTOCOL}: it is made anew at its next idle moment.` } })
      return socket.close(closing.protocol, 'protocol')
    }
    if (current && current !== socket) current.close(closing.replaced, 'a newer link took over')
    if (current) lower(current)
    current = socket
    void reporter.send({ type: 'link', up: true, at: new Date().toISOString() })
    void reporter.send({ type: 'frame', frame: hello })
    write(socket, { type: 'welcome', session, role: deps.role })
    inbox.linkUp((frame) => write(socket, frame), hello.bootId)
  }
  const lower = (socket: WebSocket): void => {
    if (socket !== current) return
    current = null
    inbox.linkDown()
    void reporter.send({ type: 'link', up: false, at: new Date().toISOString() })
  }
  const commit = async (socket: WebSocket, frame: link.FromAgent): Promise<void> => {
    if (frame.type === 'events') {
      for (const part of splitEvents(frame, deps.maxReport())) if ((await reporter.send({ type: 'frame', frame: part })) === 'closed') return
      write(socket, { type: 'events-ack', upTo: frame.from + frame.events.length - 1 })
      return
    }
    const sent = await reporter.send({ type: 'frame', frame })
    if (frame.type !== 'receipt') return
    // Whether it was committed is not known: agentd says it again when it is brought the messages again.
    if (sent === 'failed') inbox.bringAgain(frame.messages)
    else if (sent !== 'closed') inbox.received(frame.messages)
  }
  /** What the CLI's life says about answers that it was given. */
  const follow = (frame: link.FromAgent): void => {
    if (frame.type === 'cli-status' && (frame.status === 'exited' || frame.status === 'starting')) inbox.cliGone()
    const ends = frame.type === 'events' ? frame.events.findLast((e) => e.type === 'turn.ended' || e.type === 'turn.failed') : undefined
    if (ends) inbox.turnOver(ends.at)
  }
  const receive = (socket: WebSocket, data: string, counter: Counter): void => {
    const frame = readFrame(data)
    if (!frame.ok) {
      // Left out, not fatal: a container that sends it again after each reconnect would never get further.
      if (counter.unreadable++ === 0) log('a frame could not be read and is left out', { session, problem: frame.problem })
      return
    }
    if (frame.value.type === 'hello') return raise(socket, frame.value)
    if (socket !== current) return socket.close(closing.invalid, 'hello comes first')
    follow(frame.value)
    counter.waiting += 1
    if (counter.waiting >= bounds.framesWaiting) socket.pause()
    void commit(socket, frame.value).finally(() => {
      counter.waiting -= 1
      if (counter.waiting < bounds.framesWaiting / 2 && socket.isPaused) socket.resume()
    })
  }
  const accept = (socket: WebSocket): void => {
    const counter: Counter = { waiting: 0, unreadable: 0 }
    let alive = true
    const beat = setInterval(() => {
      if (!alive && !socket.isPaused) return socket.terminate()
      alive = false
      socket.ping()
    }, PING_EVERY)
    socket.on('pong', () => { alive = true })
    socket.on('ping', () => { alive = true })
    socket.on('message', (data, binary) => {
      alive = true
      if (binary) socket.close(closing.invalid, 'text frames only')
      else receive(socket, data.toString(), counter)
    })
    socket.on('error', (error) => log('link', { session, error: error.message }))
    socket.on('close', () => {
      clearInterval(beat)
      lower(socket)
    })
  }
  return {
    upgrade: (req, socket, head) => server.handleUpgrade(req, socket, head, accept),
    send: (frame) => (current && write(current, frame) ? ok(undefined) : fail(problem('agent_unreachable', `Session "${session}" has no live link.`, { about: session }))),
    up: () => current !== null,
    close() {
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}
