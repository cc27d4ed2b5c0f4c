import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeEgress } from './connect.ts'
import { makePolicy } from './policy.ts'
import { parseRules } from './rules.ts'

const server = createServer((socket) => socket.on('error', () => socket.destroy()).end('hello'))
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

test('a public name that leads to a private address is refused, and says to which kind', async () => {
  const egress = makeEgress(makePolicy(parseRules('*')), () => Promise.resolve(['169.254.169.254']))
  expect(await egress.dial('rebound.example', 443, true)).toMatchObject({ ok: false, cause: 'address', problem: { code: 'forbidden', message: expect.stringContaining('linkLocal') } })
})
test('of several addresses only the public ones are dialled', async () => {
  const egress = makeEgress(makePolicy(parseRules('*')), () => Promise.resolve(['127.0.0.1', '::1', 'fd00::1']))
  expect(await egress.dial('mixed.example', 443, true)).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
})
test('a literal private address is refused under `open`', async () => {
  const egress = makeEgress(makePolicy(parseRules('*')))
  for (const host of ['127.0.0.1', '[::1]', '0x7f000001', '2130706433', '127.1', 'localhost']) expect(await egress.dial(host, 443, true)).toMatchObject({ ok: false })
})
test('the operator\'s own host is reached at its private address; the name is resolved once, the answer is what is dialled', async () => {
  let asked = 0
  const egress = makeEgress(makePolicy(parseRules(`mirror.example:${port}`)), () => Promise.resolve(asked++ === 0 ? ['127.0.0.1'] : ['10.255.255.1']))
  const dialled = await egress.dial('mirror.example', port, true)
  expect(dialled.ok).toBe(true)
  if (dialled.ok) dialled.value.destroy()
  expect(asked).toBe(1)
})
test('a name that nobody knows, and a port where nobody listens, are no refusals', async () => {
  const unknown = makeEgress(makePolicy(parseRules('x.example')), () => Promise.reject(new Error('ENOTFOUND')))
  expect(await unknown.dial('x.example', 443, true)).toMatchObject({ ok: false, problem: { code: 'not_found' } })
  const silent = makeEgress(makePolicy(parseRules('x.example:1')), () => Promise.resolve(['127.0.0.1']))
  expect(await silent.dial('x.example', 1, true)).toMatchObject({ ok: false, problem: { code: 'timed_out' } })
})
