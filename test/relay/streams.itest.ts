import WebSocket from 'ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentEnd } from '../harness/relay.ts'
import { sessionId, startStack, TOKEN } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
let agent: AgentEnd
const id = sessionId('auth')

beforeAll(async () => {
  stack = await startStack()
  await stack.bus.openSession(id, 'executor')
  agent = new AgentEnd(stack.socket(id))
  await agent.next('welcome')
})
afterAll(async () => { await agent.close(); await stack.stop() })

const dial = (session: string, target = 'cli', token = TOKEN) =>
  new WebSocket(`ws://127.0.0.1:${stack.relay.port}/internal/sessions/${session}/terminal/${target}?cols=120&rows=40`, ['tty'], { headers: { authorization: `Bearer ${token}` } })
const opened = (socket: WebSocket) => new Promise<void>((resolve, reject) => { socket.once('open', resolve); socket.once('error', reject) })
const refused = (socket: WebSocket) => new Promise<number>((resolve) => { socket.once('unexpected-response', (_req, res) => resolve(res.statusCode ?? 0)); socket.once('error', () => undefined) })
const message = (socket: WebSocket) => new Promise<{ data: Buffer; binary: boolean }>((resolve) => socket.once('message', (data: Buffer, binary) => resolve({ data, binary })))
const agentStream = (stream: string) => new WebSocket(`ws+unix:${stack.socket(id)}:/stream/${stream}`, ['tty'])

test('bytes pass both ways as they are, and the end of one side is the end of the other', async () => {
  const browser = dial(id)
  const asked = await agent.next('open-stream')
  expect(asked).toMatchObject({ target: 'cli', cols: 120, rows: 40 })
  const terminal = agentStream(asked.id)
  await Promise.all([opened(terminal), opened(browser)])
  const up = message(terminal)
  browser.send(Buffer.from([0x30, 0xff, 0x00]))
  expect(await up).toEqual({ data: Buffer.from([0x30, 0xff, 0x00]), binary: true })
  const down = message(browser)
  terminal.send('text')
  expect(await down).toMatchObject({ binary: false })
  const ended = new Promise<void>((resolve) => browser.once('close', () => resolve()))
  terminal.close()
  await ended
})

test('a reader that stops slows the terminal down instead of filling memory', async () => {
  const browser = dial(id)
  const terminal = agentStream((await agent.next('open-stream')).id)
  await Promise.all([opened(terminal), opened(browser)])
  browser.pause()
  const chunk = Buffer.alloc(256 * 1024)
  const total = 64
  for (let i = 0; i < total; i += 1) terminal.send(chunk)
  let seen = 0
  const all = new Promise<void>((resolve) => browser.on('message', () => { if (++seen === total) resolve() }))
  let before = -1
  const standsStill = () => { const same = terminal.bufferedAmount === before && before > 0; before = terminal.bufferedAmount; return same }
  await expect.poll(standsStill, { interval: 200 }).toBe(true)
  browser.resume()
  await all
  browser.close()
})

test('a stream that nobody asked for, a wrong token, an unknown session or target are refused', async () => {
  expect(await refused(agentStream(crypto.randomUUID()))).toBe(404)
  expect(await refused(dial(id, 'cli', 'wrong'))).toBe(403)
  expect(await refused(dial('nobody'))).toBe(404)
  expect(await refused(dial(id, 'root'))).toBe(404)
})

test('a session without a link says so at once', async () => {
  await stack.bus.openSession(sessionId('silent'), 'executor')
  expect(await refused(dial('silent'))).toBe(503)
})

test('health follows NATS', async () => {
  expect((await fetch(`http://127.0.0.1:${stack.relay.port}/health`)).status).toBe(200)
})
