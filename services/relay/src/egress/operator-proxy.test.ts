import { createServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeEgress } from './connect.ts'
import { makeOperatorProxy } from './operator-proxy.ts'
import { makePolicy } from './policy.ts'
import { parseRules } from './rules.ts'

const seen: { target?: string; credentials?: string }[] = []
const site = createTcpServer((socket) => socket.on('error', () => socket.destroy()).end('hello'))
const proxy = createServer().on('connect', (req, socket) => {
  seen.push({ target: req.url, credentials: req.headers['proxy-authorization'] })
  if (req.url?.startsWith('blocked')) return socket.end('HTTP/1.1 403 No\r\n\r\n')
  const upstream = connect((site.address() as AddressInfo).port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    upstream.pipe(socket)
  })
})
const unknown = () => Promise.reject(new Error('ENOTFOUND'))
let environment = { HTTPS_PROXY: '' }

beforeAll(async () => {
  await Promise.all([site, proxy].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))))
  environment = { HTTPS_PROXY: `http://ada:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}` }
})
afterAll(() => { site.close(); proxy.close(); proxy.closeAllConnections() })

test('a name that only the proxy knows goes to it, with its credentials', async () => {
  const egress = makeEgress(makePolicy(parseRules('packages.example')), unknown, makeOperatorProxy(environment))
  const dialled = await egress.dial('packages.example', 443, true)
  expect(dialled.ok && (await text(dialled.value))).toBe('hello')
  expect(seen.at(-1)).toEqual({ target: 'packages.example:443', credentials: `Basic ${Buffer.from('ada:p@ss').toString('base64')}` })
})
test('the policy is asked before the proxy, and so are addresses that are known here', async () => {
  const before = seen.length
  const egress = makeEgress(makePolicy(parseRules('*')), () => Promise.resolve(['10.0.0.1']), makeOperatorProxy(environment))
  expect(await egress.dial('inside.example', 443, true)).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  expect(await makeEgress(makePolicy(parseRules('')), unknown, makeOperatorProxy(environment)).dial('x.example', 443, true)).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  expect(seen).toHaveLength(before)
})
test('what the proxy refuses is said', async () => {
  const egress = makeEgress(makePolicy(parseRules('blocked.example')), unknown, makeOperatorProxy(environment))
  expect(await egress.dial('blocked.example', 443, true)).toMatchObject({ ok: false, problem: { code: 'timed_out', detail: expect.stringContaining('403') } })
})
test('NO_PROXY', () => {
  const { forHost } = makeOperatorProxy({ ...environment, NO_PROXY: 'localhost, .corp.example,*.lab.example,one.example:8443' })
  expect(['localhost', 'a.corp.example', 'corp.example', 'b.lab.example'].map((host) => forHost(host, 443))).toEqual([null, null, null, null])
  expect([forHost('evilcorp.example', 443), forHost('one.example', 443)].every(Boolean)).toBe(true)
  expect(forHost('one.example', 8443)).toBeNull()
  expect(makeOperatorProxy({ ...environment, NO_PROXY: '*' }).forHost('x', 1)).toBeNull()
  expect(makeOperatorProxy({ HTTPS_PROXY: '' }).forHost('x', 1)).toBeNull()
})
