/** A session that hangs up has asked all the same: what the endpoint took counts, or what it may have taken. */
import { once } from 'node:events'
import { request } from 'node:http'
import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { serveGateways } from './fixture.ts'

let gateways: Awaited<ReturnType<typeof serveGateways>>
afterEach(() => gateways.close())

const start = `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: { model: 'm-1', usage: { input_tokens: 9, cache_read_input_tokens: 100, cache_creation_input_tokens: 3, output_tokens: 1 } } })}\n\n`
const text = 'x'.repeat(3000)
const bodyOf = (more: object) => JSON.stringify({ model: 'm', max_tokens: 100, messages: [{ role: 'user', content: text }], ...more })
const estimate = (body: string) => Math.ceil(body.length / 3)

/** A request that the endpoint has taken and answered so far; both sides of it. */
const asked = async (body: string, answer: (res: ServerResponse) => void, path = '/llm/v1/messages') => {
  const taken = Promise.withResolvers<ServerResponse>()
  gateways.rig.answer = (res, req) => { req.on('end', () => { answer(res); taken.resolve(res) }) }
  const asking = request(`${gateways.address}${path}`, { method: 'POST' })
  asking.on('error', () => undefined).end(body)
  const endpoint = await taken.promise
  const ended = once(endpoint, 'close')
  const hangUp = () => new Promise<void>((resolve) => asking.once('close', resolve).destroy())
  return { endpoint, ended, asking, hangUp }
}

test('before the first byte: the endpoint is heard until it says what it took, then its answer is ended', async () => {
  gateways = await serveGateways()
  const { endpoint, ended, hangUp } = await asked(bodyOf({ stream: true }), () => undefined)
  await hangUp()
  endpoint.writeHead(200, { 'content-type': 'text/event-stream' }).write(start)
  await ended
  await expect.poll(() => gateways.counted).toEqual([{ input: 9, output: 1, cacheRead: 100, cacheWrite: 3 }])
  expect(gateways.reports).toMatchObject([{ type: 'usage', model: 'm-1', status: 200 }])
})

test('between the head and the first event', async () => {
  gateways = await serveGateways()
  const { endpoint, ended, asking, hangUp } = await asked(bodyOf({ stream: true }), (res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders())
  await once(asking, 'response')
  await hangUp()
  endpoint.write(start)
  await ended
  await expect.poll(() => gateways.counted).toMatchObject([{ input: 9, cacheRead: 100 }])
})

test('an endpoint that says nothing is not waited for: the text counts as estimated, and of an answer in one piece what may have been written', async () => {
  gateways = await serveGateways(200)
  for (const stream of [true, false]) {
    const body = bodyOf({ stream })
    const { ended, hangUp } = await asked(body, () => undefined)
    await hangUp()
    await ended
    await expect.poll(() => gateways.counted).toHaveLength(stream ? 1 : 2)
    expect(gateways.counted.at(-1)).toMatchObject({ input: estimate(body), cacheRead: 0, cacheWrite: 0 })
    expect(gateways.counted.at(-1)?.output).toBeGreaterThanOrEqual(stream ? 0 : 30)
    expect(gateways.counted.at(-1)?.output).toBeLessThanOrEqual(stream ? 0 : 100)
    expect(gateways.reports.at(-1)).toMatchObject({ type: 'usage', model: 'm', status: 499 })
  }
})

test('an answer that is not read is heard to its end', async () => {
  gateways = await serveGateways()
  const whole = JSON.stringify({ type: 'message', model: 'm-1', content: 'y'.repeat(200_000), usage: { input_tokens: 7, output_tokens: 50_000 } })
  const { endpoint, asking, hangUp } = await asked(bodyOf({}), (res) => void res.writeHead(200, { 'content-type': 'application/json' }).write(whole.slice(0, 100_000)))
  await once(asking, 'response')
  await hangUp()
  endpoint.end(whole.slice(100_000))
  await expect.poll(() => gateways.counted).toMatchObject([{ input: 7, output: 50_000 }])
})

test('what was refused, counted for nobody or never reached the endpoint takes nothing', async () => {
  gateways = await serveGateways(50)
  const refused = await asked(bodyOf({ stream: true }), () => undefined)
  await refused.hangUp()
  refused.endpoint.writeHead(529, { 'content-type': 'application/json' }).end('{}')
  await expect.poll(() => gateways.counted).toMatchObject([{ input: 0, output: 0 }])
  const counting = await asked(bodyOf({}), () => undefined, '/llm/v1/messages/count_tokens')
  await counting.hangUp()
  await counting.ended
  gateways.rig.answer = (res) => void res.destroy()
  expect((await fetch(`${gateways.address}/llm/v1/messages`, { method: 'POST', body: bodyOf({}) })).status).toBe(502)
  expect(gateways.counted).toHaveLength(1)
})
