import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { overSocket, serve } from '../harness/relay.ts'
import type { Served } from '../harness/relay.ts'
import { sessionId, startStack } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
let site: Served
let host: string
const id = sessionId('auth')

beforeAll(async () => {
  site = await serve((req, res) => void text(req).then((body) => {
    if (req.url === '/redirect') return res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    res.writeHead(200, { 'x-saw': JSON.stringify(Object.keys(req.headers)) }).end(`${req.method} ${req.url} ${req.headers.host} ${body}`)
  }))
  host = new URL(site.url).host
  stack = await startStack({ ORCHESTRA_EGRESS_ALLOW: host })
  await stack.bus.openSession(id, 'executor')
})
afterAll(async () => { await stack.stop(); await site.close() })

const refusals = () => stack.reports.filter((report) => report.type === 'egress-refused')

/** CONNECT, then whatever is written; resolves with all that came back. */
const tunnel = (target: string, then = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect(stack.socket(id))
    socket.once('error', reject)
    socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n\r\n${then}`)
    text(socket).then(resolve, reject)
  })

test('a tunnel to an allowed host carries bytes, also those sent with the request', async () => {
  const answer = await tunnel(host, `GET /x HTTP/1.1\r\nhost: inside\r\nconnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 200 Connection established\r\n\r\nHTTP\/1.1 200 OK/)
  expect(answer).toContain('GET /x inside')
})

test('plain http in absolute form, without the headers of the hop', async () => {
  const answer = await overSocket(stack.socket(id), `${site.url}/y?z=1`, { headers: { host: 'evil.example', 'proxy-authorization': 'Basic x', 'proxy-connection': 'keep-alive' }, body: 'sent' })
  expect(answer).toMatchObject({ status: 200, body: `POST /y?z=1 ${host} sent` })
  expect(answer.headers['x-saw']).not.toContain('proxy')
  const redirected = await overSocket(stack.socket(id), `${site.url}/redirect`, { method: 'GET' })
  expect(redirected.status).toBe(302)
})

test('what is not allowed is refused with the reason, and reported', async () => {
  expect(await tunnel('evil.example:443')).toMatch(/^HTTP\/1.1 403 .*evil\.example:443 is not among the hosts/s)
  expect((await overSocket(stack.socket(id), 'http://127.0.0.1:1/', { method: 'GET' })).status).toBe(403)
  expect((await overSocket(stack.socket(id), 'https://github.com/', { method: 'GET' })).status).toBe(400)
  await expect.poll(refusals).toMatchObject([{ host: 'evil.example', port: 443, session: id, cause: 'unlisted' }, { host: '127.0.0.1', port: 1 }])
})

test('nonsense is no target', async () => {
  for (const target of ['github.com', ':443', 'github.com:0', 'github.com:99999', 'user@github.com:443', '/etc/passwd']) expect(await tunnel(target)).toMatch(/^HTTP\/1.1 400/)
})

describe('what the project allows', () => {
  const policy = { mode: 'listed' as const, allow: [] as string[], refuse: [] as string[], registries: [] as string[] }
  const reason = (answer: string) => answer.split('\r\n\r\n')[1]?.trim()

  test('counts at once, for every session', async () => {
    expect(await stack.bus.setEgress({ ...policy, refuse: ['127.0.0.1:*'] as string[] })).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
    expect(await stack.bus.setEgress({ ...policy, refuse: [host] })).toEqual({ ok: true, value: undefined })
    expect(reason(await tunnel(host))).toMatch(/refused for this project/)
    await stack.bus.setEgress(policy)
    expect(await tunnel(host, 'GET /x HTTP/1.1\r\nhost: inside\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 200/)
  })

  test('does not open private addresses, whoever names them', async () => {
    await stack.bus.setEgress({ ...policy, mode: 'open', allow: ['127.0.0.1:1', 'localhost:1'], registries: ['127.0.0.1:1'] })
    for (const target of ['127.0.0.1:1', 'localhost:1', '[::1]:1', '169.254.169.254:80']) expect(await tunnel(target)).toMatch(/^HTTP\/1.1 403 .* leads to a \w+ address/s)
    await stack.bus.setEgress(policy)
  })

  test('closed cuts a tunnel that is open, and a relay that starts again still knows', async () => {
    const open = connect(stack.socket(id))
    open.write(`CONNECT ${host} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
    await once(open, 'data')
    const cut = once(open, 'close')
    await stack.bus.setEgress({ ...policy, mode: 'closed' })
    await cut
    await stack.restartRelay()
    expect(reason(await tunnel(host))).toMatch(/nothing but its model/)
    await stack.bus.setEgress(policy)
  })
})
