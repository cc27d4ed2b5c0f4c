/** The credential's limit, from one session's 429 to the moment when all go on. */
import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentEnd, overSocket, serve } from '../harness/relay.ts'
import type { Served } from '../harness/relay.ts'
import { answerTo, note, sessionId, startStack } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
let model: Served
let sent = 0
let reply: (res: ServerResponse) => void
const [designer, auth] = [sessionId('designer'), sessionId('auth')]
const fine = (res: ServerResponse) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"message","usage":{}}')
const limited = (seconds: number) => (res: ServerResponse) =>
  void res.writeHead(429, { 'content-type': 'application/json', 'anthropic-ratelimit-unified-status': 'rejected', 'anthropic-ratelimit-unified-reset': String(Math.ceil(Date.now() / 1000) + seconds) }).end('{"type":"error","error":{"type":"rate_limit_error","message":"limit"}}')
const ask = (session: string) => overSocket(stack.socket(session), '/llm/v1/messages', { headers: { 'content-type': 'application/json' }, body: '{"model":"m","messages":[]}' })
const save = (secret: string) => { reply = fine; return stack.bus.saveCredential({ kind: 'api-key', secret, baseUrl: model.url }) }
const limit = async () => { const view = await stack.bus.credentialStatus(); return view.ok ? view.value.limit : null }

beforeAll(async () => {
  model = await serve((req, res) => void text(req).then(() => { sent += 1; reply(res) }))
  stack = await startStack()
  await stack.bus.openSession(designer, 'designer')
  await stack.bus.openSession(auth, 'executor')
  await save('sk-test-0123456789-one')
})
afterAll(async () => { await stack.stop(); await model.close() })

test('what one session was told holds all: nothing is sent, no message begins a turn, no answer goes to a held call; another credential resumes all', async () => {
  reply = limited(3600)
  expect((await ask(auth)).status).toBe(429)
  await expect.poll(() => stack.reports.some((r) => r.type === 'limited' && r.session === auth)).toBe(true)
  sent = 0
  expect(await ask(designer)).toMatchObject({ status: 429, headers: { 'anthropic-ratelimit-unified-status': 'rejected' } })
  expect(sent).toBe(0)
  expect(await limit()).toMatchObject({ text: 'The model endpoint says the limit is reached.' })

  const agent = new AgentEnd(stack.socket(auth))
  await agent.next('welcome')
  const waits = note('begin')
  await stack.bus.putInbox(auth, waits)
  await stack.bus.putInbox(auth, answerTo(waits.delivery.message, 'yes'))
  await agent.close()
  await stack.restartRelay()
  const again = new AgentEnd(stack.socket(auth))
  await again.next('welcome')
  expect(await ask(auth)).toMatchObject({ status: 429 })
  expect([sent, again.waiting().filter((f) => f.type === 'deliver')]).toEqual([0, []])

  expect(await save('sk-test-0123456789-two')).toMatchObject({ ok: true, value: { limit: null } })
  const deliver = await again.next('deliver')
  expect(deliver.deliveries[0]?.message).toBe(waits.delivery.message)
  again.send({ type: 'receipt', messages: deliver.deliveries.map((d) => d.message), state: 'delivered', at: new Date().toISOString() })
  expect((await ask(auth)).status).toBe(200)
  await again.close()
}, 60_000)

test('a near reset is waited for: the request goes through after it, and only then', async () => {
  reply = limited(2)
  expect((await ask(auth)).status).toBe(429)
  const until = Date.parse((await limit())?.until ?? '')
  sent = 0
  reply = fine
  expect((await ask(designer)).status).toBe(200)
  expect(Date.now()).toBeGreaterThanOrEqual(until)
  expect([sent, await limit()]).toEqual([1, null])
}, 30_000)
