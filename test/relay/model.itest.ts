import { request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { ok } from '@orchestra/contracts'
import type { Allowance } from '@orchestra/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { overSocket, serve } from '../harness/relay.ts'
import type { Served } from '../harness/relay.ts'
import { sessionId, startStack, unbounded } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
let model: Served
const id = sessionId('auth')
type Seen = { url: string; headers: IncomingMessage['headers']; body: string }
let seen: Seen[] = []
let reply: (res: ServerResponse, seen: Seen) => void
const KEY = 'sk-test-0123456789-abcd'

const events = (...list: { type: string }[]) => list.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
const turn = events(
  { type: 'message_start', message: { model: 'm-1', usage: { input_tokens: 9, cache_read_input_tokens: 100, cache_creation_input_tokens: 3, output_tokens: 1 } } } as never,
  { type: 'message_delta', usage: { output_tokens: 20 } } as never,
)
const streamed = (res: ServerResponse) => { res.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'r1', 'anthropic-ratelimit-unified-5h-utilization': '0.25' }); res.end(turn.join('')) }
const ask = (body: unknown = { model: 'm', messages: [] }, path = '/llm/v1/messages?beta=true', headers = {}) =>
  overSocket(stack.socket(id), path, { headers: { 'content-type': 'application/json', 'x-api-key': 'dummy', authorization: 'Bearer dummy', 'anthropic-beta': 'a-1', 'x-app': 'cli', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })
const reported = (type: string) => stack.reports.filter((report) => report.type === type)

beforeAll(async () => {
  model = await serve((req, res) => void text(req).then((body) => {
    const request = { url: req.url ?? '', headers: req.headers, body }
    seen.push(request)
    reply(res, request)
  }))
  stack = await startStack({ ORCHESTRA_MODEL_SILENCE: '1' })
  await stack.bus.openSession(id, 'executor')
})
beforeEach(() => { seen = []; stack.reports.length = 0; reply = streamed })
afterAll(async () => { await stack.stop(); await model.close() })

test('without a credential the CLI is told what to do', async () => {
  const refused = await ask()
  expect(refused.status).toBe(401)
  expect(JSON.parse(refused.body)).toMatchObject({ type: 'error', error: { type: 'authentication_error', message: expect.stringContaining('orchestra login') } })
  expect(await stack.bus.credentialStatus()).toMatchObject({ ok: true, value: { kind: 'none' } })
})

test('a credential that the endpoint refuses is not stored; one that works is, and shows its end alone', async () => {
  reply = (res) => res.writeHead(401, { 'content-type': 'application/json' }).end('{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}')
  expect(await stack.bus.saveCredential({ kind: 'api-key', secret: KEY, baseUrl: model.url })).toMatchObject({ ok: false, problem: { code: 'model_refused', message: expect.stringContaining('invalid x-api-key') } })
  expect(await stack.bus.credentialStatus()).toMatchObject({ ok: true, value: { kind: 'none' } })
  reply = (res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"message","usage":{}}')
  const saved = await stack.bus.saveCredential({ kind: 'api-key', secret: `${KEY}\n`, baseUrl: model.url })
  expect(saved).toMatchObject({ ok: true, value: { kind: 'api-key', hint: 'abcd', baseUrl: model.url, lastCheck: { ok: true } } })
  expect(JSON.stringify(saved)).not.toContain(KEY)
})

test('a request passes as the CLI sent it, with the real key, and the reply as the endpoint gave it', async () => {
  const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'ü' }] }
  const answered = await ask(body)
  expect(seen).toMatchObject([{ url: '/v1/messages?beta=true', body: JSON.stringify(body), headers: { 'x-api-key': KEY, 'anthropic-beta': 'a-1', 'x-app': 'cli' } }])
  expect(seen[0]?.headers.authorization).toBeUndefined()
  expect(answered).toMatchObject({ status: 200, body: turn.join(''), headers: { 'request-id': 'r1' } })
  await expect.poll(() => reported('usage')).toMatchObject([{ session: id, model: 'm-1', status: 200, tokens: { input: 9, output: 20, cacheRead: 100, cacheWrite: 3 }, window: { used: 0.25, resetsAt: null } }])
})

test('each part of a stream arrives as soon as it was sent', async () => {
  let upstream: ServerResponse | undefined
  reply = (res) => { upstream = res; res.writeHead(200, { 'content-type': 'text/event-stream' }).write(turn[0]) }
  const res = await new Promise<IncomingMessage>((resolve) => httpRequest({ socketPath: stack.socket(id), path: '/llm/v1/messages', method: 'POST' }, resolve).end('{}'))
  const first = await new Promise<string>((resolve) => res.once('data', (chunk: Buffer) => resolve(chunk.toString())))
  expect(first).toBe(turn[0])
  upstream?.end(turn[1])
  expect(await text(res)).toBe(turn[1])
  await expect.poll(() => reported('usage')).toHaveLength(1)
})

test('a CLI that hangs up ends the request at the endpoint, and its tokens count', async () => {
  const ended = new Promise<void>((resolve) => { reply = (res) => { res.once('close', resolve); res.writeHead(200, { 'content-type': 'text/event-stream' }).write(turn[0]) } })
  await new Promise<void>((resolve) => {
    const req = httpRequest({ socketPath: stack.socket(id), path: '/llm/v1/messages', method: 'POST' }, (res) => { res.once('data', () => { req.destroy(); resolve() }); res.on('error', () => undefined) })
    req.on('error', () => undefined).end('{}')
  })
  await ended
  await expect.poll(() => reported('usage')).toMatchObject([{ tokens: { input: 9, output: 1 } }])
})

test.each([401, 429, 500, 529])('a %i of the endpoint passes unchanged', async (status) => {
  const body = `{"type":"error","error":{"type":"x","message":"${status}"}}`
  reply = (res) => res.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' }).end(body)
  expect(await ask()).toMatchObject({ status, body, headers: { 'retry-after': '1' } })
  await expect.poll(() => reported('usage')).toMatchObject([{ status, tokens: { input: 0, output: 0 } }])
  expect(reported('limited')).toHaveLength(status === 429 ? 1 : 0)
  // It comes after the count, and would stand among the next test's reports.
  await expect.poll(() => reported('model-trouble')).toHaveLength(status === 429 ? 0 : 1)
})

test('what keeps requests from getting through is told, and that they do again', async () => {
  reply = (res) => res.writeHead(500, { 'content-type': 'application/json' }).end('{"type":"error","error":{"type":"api_error","message":"a fuse blew"}}')
  await ask()
  await expect.poll(() => reported('model-trouble')).toMatchObject([{ session: id, text: expect.stringContaining('answers with an error (500): a fuse blew') }])
  stack.reports.length = 0
  let waiting: ServerResponse | undefined
  reply = (res) => { waiting = res }
  const answered = ask()
  await expect.poll(() => reported('model-trouble'), { timeout: 5000 }).toMatchObject([{ text: expect.stringContaining('has said nothing for 1 s') }])
  if (waiting) streamed(waiting)
  expect(await answered).toMatchObject({ status: 200 })
  await expect.poll(() => reported('model-trouble')).toMatchObject([{}, { text: null }])
})

test('a stored credential that a session\'s request finds refused is shown as refused, until one is answered', async () => {
  reply = (res) => res.writeHead(401, { 'content-type': 'application/json' }).end('{"type":"error","error":{"type":"authentication_error","message":"revoked"}}')
  await ask()
  await expect.poll(() => stack.bus.credentialStatus()).toMatchObject({ ok: true, value: { lastCheck: { ok: false, text: expect.stringContaining('revoked') } } })
  await expect.poll(() => reported('model-trouble')).toMatchObject([{ text: expect.stringContaining('refuses the credential (401): revoked') }])
  reply = streamed
  await ask()
  await expect.poll(() => stack.bus.credentialStatus()).toMatchObject({ ok: true, value: { lastCheck: { ok: true } } })
})

test('nothing but the message endpoints, no tool of the provider, no compressed or endless body', async () => {
  for (const path of ['/llm/v1/files', '/llm/v1/messages/batches', '/llm/v1/messages/../files', '/llm/', '/llm/v1/messages%2Fbatches']) expect((await ask({}, path)).status).toBe(404)
  expect((await overSocket(stack.socket(id), '/llm/v1/messages', { method: 'GET' })).status).toBe(404)
  const search = await ask({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] })
  expect(search).toMatchObject({ status: 400, body: expect.stringContaining('web_search') })
  expect((await ask('{}', undefined, { 'content-encoding': 'gzip' })).status).toBe(400)
  expect((await ask('['))).toMatchObject({ status: 400 })
  expect(await ask(`{"x":"${'x'.repeat(33 * 1024 * 1024)}"}`)).toMatchObject({ status: 413, body: expect.stringContaining('request_too_large') })
  expect(seen).toEqual([])
  expect((await ask({ messages: [] }, '/llm/v1/messages/count_tokens?beta=true')).status).toBe(200)
  expect(seen).toHaveLength(1)
})

describe('what the session may do', () => {
  let may: Allowance
  const report = () => stack.answer.report
  beforeEach(async () => {
    may = unbounded
    const before = report()
    stack.answer.report = (r) => (r.type === 'allowance' ? ok(may) : before(r))
    return async () => { stack.answer.report = before; await stack.bus.reallow() }
  })
  const say = (given: Partial<Allowance>) => { may = { ...unbounded, ...given }; return stack.bus.reallow() }

  test('other models and tools of the provider are refused, allowed ones pass', async () => {
    await say({ models: ['claude-sonnet-5'], providerTools: ['web_search'] })
    expect(await ask({ model: 'claude-opus-5' })).toMatchObject({ status: 400, body: expect.stringContaining('claude-opus-5') })
    expect(seen).toEqual([])
    expect((await ask({ model: 'claude-sonnet-5-20260101', tools: [{ type: 'web_search_20250305', name: 'web_search' }] })).status).toBe(200)
    expect((await ask({ model: 'claude-sonnet-5', tools: [{ type: 'web_fetch_20250910', name: 'f' }] })).status).toBe(400)
  })
  test('more requests in a minute than it may are refused', async () => {
    await say({ requestsPerMinute: 2 })
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200])
    expect(await ask()).toMatchObject({ status: 429, body: expect.stringContaining('rate_limit_error') })
  })
  test('its tokens are counted here; once they are used up a request waits, is reported, and goes on when there is more', async () => {
    await say({ budget: { usd: null, tokens: 40 } })
    expect((await ask()).status).toBe(200) // 9 + 20 + 3
    expect((await ask()).status).toBe(200)
    seen = []
    const waits = ask()
    await expect.poll(() => reported('over-budget')).toHaveLength(1)
    expect(seen).toEqual([])
    await say({ budget: { usd: null, tokens: 400 }, spent: { usd: 0, tokens: 64 } })
    expect((await waits).status).toBe(200)
    expect(seen).toHaveLength(1)
  })
  test('requests side by side do not pass the budget together: near its end they go one after the other', async () => {
    await say({ budget: { usd: null, tokens: 120 } })
    // Each may take about 50 by its size and max_tokens, and takes 32.
    const body = { model: 'm', max_tokens: 30, messages: [{ role: 'user', content: 'abcd' }] }
    const all = Promise.all(Array.from({ length: 10 }, () => ask(body)))
    await expect.poll(() => reported('over-budget')).not.toEqual([])
    expect(seen).toHaveLength(4) // 128 tokens: the fourth began below the budget, and alone
    await say({ budget: { usd: null, tokens: 10_000 }, spent: { usd: 0, tokens: 128 } })
    expect((await all).map((r) => r.status)).toEqual(Array.from({ length: 10 }, () => 200))
  })
  test('one request goes alone, however large', async () => {
    await say({ budget: { usd: null, tokens: 120 } })
    expect((await ask({ model: 'm', max_tokens: 1_000_000, messages: [] })).status).toBe(200)
  })
  test('a relay that starts again asks what was spent', async () => {
    await say({ budget: { usd: null, tokens: 40 }, spent: { usd: 0, tokens: 41 } })
    await stack.restartRelay()
    seen = []
    const gone = new AbortController()
    const waits = overSocket(stack.socket(id), '/llm/v1/messages', { method: 'POST', body: '{}', signal: gone.signal }).catch(() => 'hung up')
    await expect.poll(() => reported('over-budget')).not.toEqual([])
    gone.abort()
    expect(await waits).toBe('hung up')
    expect(seen).toEqual([])
  })
  test('a model without a price is not for a budget in dollars', async () => {
    await say({ budget: { usd: 5, tokens: null } })
    expect(await ask({ model: 'nobody-knows' })).toMatchObject({ status: 400, body: expect.stringContaining('no price') })
  })
})

test('a subscription goes as a bearer token, beside the betas that the CLI named', async () => {
  expect(await stack.bus.saveCredential({ kind: 'subscription', secret: 'sk-ant-oat01-abcdefgh', baseUrl: model.url })).toMatchObject({ ok: true, value: { kind: 'subscription' } })
  seen = []
  await ask()
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer sk-ant-oat01-abcdefgh', 'anthropic-beta': 'a-1,oauth-2025-04-20' })
  expect(seen[0]?.headers['x-api-key']).toBeUndefined()
})

test('a new key alone is for the stored base URL', async () => {
  expect(await stack.bus.saveCredential({ kind: 'api-key', secret: KEY, baseUrl: null })).toMatchObject({ ok: true, value: { kind: 'api-key', baseUrl: model.url } })
})

test('an endpoint that is not there is named, in the API\'s own shape', async () => {
  const gone = await serve(() => undefined)
  await gone.close()
  expect(await stack.bus.saveCredential({ kind: 'api-key', secret: KEY, baseUrl: gone.url })).toMatchObject({ ok: true, value: { lastCheck: { ok: false, text: expect.stringContaining('refuses the connection') } } })
  const failed = await ask()
  expect(failed.status).toBe(502)
  expect(JSON.parse(failed.body)).toMatchObject({ type: 'error', error: { message: expect.stringContaining('refuses the connection') } })
})

test('no log line has the key', () => expect(JSON.stringify(stack.logged)).not.toContain(KEY))
