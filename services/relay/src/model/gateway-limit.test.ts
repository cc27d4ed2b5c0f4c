import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ok } from '@orchestra/contracts'
import type { SessionId } from '@orchestra/contracts'
import { bounds } from '../bounds.ts'
import { makeCredentialStore } from '../credential/store.ts'
import type { CredentialStore } from '../credential/store.ts'
import { makeBudget } from '../http/budget.ts'
import type { Report, Reporter } from '../reports/reporter.ts'
import { modelGateway } from './gateway.ts'
import { makeLimitGate } from './limit-gate.ts'
import type { LimitGate } from './limit-gate.ts'
import { makeTrouble } from './trouble.ts'
import { makeUpstream } from './upstream.ts'

const upstream = makeUpstream()
const [designer, auth] = ['designer', 'auth'] as SessionId[] as [SessionId, SessionId]
let dir: string
let model: Server
let relay: Server
let sent = 0
let answer: (res: ServerResponse) => void
let reports: Report[] = []
let credentials: CredentialStore
let limits: LimitGate
const fine = (res: ServerResponse) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"message","usage":{}}')
const limited = (seconds: number) => (res: ServerResponse) => void res.writeHead(429, { 'content-type': 'application/json', 'anthropic-ratelimit-unified-reset': String(Math.ceil(Date.now() / 1000) + seconds) }).end('{}')
const listen = (server: Server) => new Promise<string>((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)))
const url = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const ask = (session: string) => fetch(`${url(relay)}/llm/v1/messages`, { method: 'POST', headers: { 'x-session': session }, body: '{"model":"m","messages":[]}' })
const save = (secret: string) => credentials.save({ kind: 'api-key', secret, baseUrl: url(model), lastCheck: null })

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gateway-'))
  sent = 0
  reports = []
  model = createServer((req, res) => { req.resume(); sent += 1; answer(res) })
  await listen(model)
  credentials = makeCredentialStore(dir)
  await save('one')
  limits = await makeLimitGate(dir, credentials, () => undefined, 10)
  const reporter: Reporter = { send: async (r) => { reports.push(r); return 'committed' }, waiting: () => 0, close: () => undefined }
  const unbounded = { budget: { usd: null, tokens: null }, spent: { usd: 0, tokens: 0 }, models: [], providerTools: [], requestsPerMinute: null, prices: {} }
  const allowance = { enter: async () => ok(unbounded), hold: async () => ok(() => undefined), add: () => undefined, forget: () => undefined }
  const gatewayOf = (session: SessionId) => {
    limits.join(session, session === designer ? 'designer' : 'executor', () => undefined)
    return modelGateway({ session, credentials, upstream, reporter, trouble: makeTrouble({ silentAfter: 60_000, credentials, reporter }), limits, allowance, onAsk: () => undefined, budget: makeBudget(bounds.sessionBodies), log: () => undefined })
  }
  const gateways = { designer: gatewayOf(designer), auth: gatewayOf(auth) }
  relay = createServer((req, res) => void gateways[req.headers['x-session'] as 'auth'](req, res))
  await listen(relay)
})
afterEach(async () => {
  await limits.stop()
  for (const server of [model, relay]) { server.close(); server.closeAllConnections() }
  await rm(dir, { recursive: true, force: true })
})

test('what the endpoint told one session ends the turns of all, and nothing more is sent; another credential is used at once', async () => {
  answer = limited(3600)
  expect((await ask('auth')).status).toBe(429)
  expect(sent).toBe(1)
  answer = fine
  const refused = await ask('designer')
  expect([refused.status, refused.headers.get('anthropic-ratelimit-unified-status'), sent]).toEqual([429, 'rejected', 1])
  expect(reports.filter((r) => r.type === 'limited')).toHaveLength(2)
  await save('two')
  expect([(await ask('designer')).status, sent]).toEqual([200, 2])
})

test('a request waits for a reset that is near, and goes through after it', async () => {
  answer = limited(1)
  expect((await ask('auth')).status).toBe(429)
  answer = fine
  const until = Date.parse(limits.current()?.until ?? '')
  expect((await ask('designer')).status).toBe(200)
  expect(Date.now()).toBeGreaterThanOrEqual(until)
  expect([sent, limits.current()]).toEqual([2, null])
})
