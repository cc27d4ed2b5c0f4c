import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serveGateways } from './fixture.ts'

let gateways: Awaited<ReturnType<typeof serveGateways>>
const fine = (res: ServerResponse) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"message","usage":{}}')
const limited = (seconds: number) => (res: ServerResponse) => void res.writeHead(429, { 'content-type': 'application/json', 'anthropic-ratelimit-unified-reset': String(Math.ceil(Date.now() / 1000) + seconds) }).end('{}')
const ask = (session: string) => fetch(`${gateways.address}/llm/v1/messages`, { method: 'POST', headers: { 'x-session': session }, body: '{"model":"m","messages":[]}' })

beforeEach(async () => { gateways = await serveGateways() })
afterEach(() => gateways.close())

test('what the endpoint told one session ends the turns of all, and nothing more is sent; another credential is used at once', async () => {
  gateways.rig.answer = limited(3600)
  expect((await ask('auth')).status).toBe(429)
  expect(gateways.rig.sent).toBe(1)
  gateways.rig.answer = fine
  const refused = await ask('designer')
  expect([refused.status, refused.headers.get('anthropic-ratelimit-unified-status'), gateways.rig.sent]).toEqual([429, 'rejected', 1])
  expect(gateways.reports.filter((r) => r.type === 'limited')).toHaveLength(2)
  await gateways.save('two')
  expect([(await ask('designer')).status, gateways.rig.sent]).toEqual([200, 2])
})

test('a request waits for a reset that is near, and goes through after it', async () => {
  gateways.rig.answer = limited(1)
  expect((await ask('auth')).status).toBe(429)
  gateways.rig.answer = fine
  const until = Date.parse(gateways.limits.current()?.until ?? '')
  expect((await ask('designer')).status).toBe(200)
  expect(Date.now()).toBeGreaterThanOrEqual(until)
  expect([gateways.rig.sent, gateways.limits.current()]).toEqual([2, null])
})
