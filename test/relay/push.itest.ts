import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { limits } from '@orchestra/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { overSocket, serve } from '../harness/relay.ts'
import type { Served } from '../harness/relay.ts'
import { sessionId, startStack, TOKEN } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
let orchestrator: Served
let onRequest: (req: IncomingMessage, res: ServerResponse) => void
const id = sessionId('auth')
const sha = 'a'.repeat(40)

beforeAll(async () => {
  orchestrator = await serve((req, res) => onRequest(req, res))
  stack = await startStack({ ORCHESTRATOR_URL: orchestrator.url })
  await stack.bus.openSession(id, 'executor')
})
afterAll(async () => { await stack.stop(); await orchestrator.close() })

test('a pack reaches the orchestrator byte for byte, with the session of the socket; its reply comes back', async () => {
  const pack = randomBytes(3_000_000)
  const seen: { url?: string; headers?: IncomingMessage['headers']; digest?: string } = {}
  onRequest = (req, res) => void buffer(req).then((body) => {
    Object.assign(seen, { url: req.url, headers: req.headers, digest: createHash('sha256').update(body).digest('hex') })
    res.end(JSON.stringify({ accepted: true, tip: sha }))
  })
  const answer = await overSocket(stack.socket(id), '/push/pack', { headers: { 'x-kind': 'commits', 'x-sha': sha, 'x-head': sha, authorization: 'Bearer forged', 'x-session': 'designer' }, body: pack })
  expect(answer).toMatchObject({ status: 200, body: JSON.stringify({ accepted: true, tip: sha }) })
  expect(seen).toMatchObject({ url: '/internal/sessions/auth/pack', digest: createHash('sha256').update(pack).digest('hex'), headers: { authorization: `Bearer ${TOKEN}`, 'x-kind': 'commits', 'x-sha': sha } })
  expect(seen.headers?.['x-session']).toBeUndefined()
})

test('a push with wrong headers goes nowhere', async () => {
  onRequest = () => { throw new Error('must not be asked') }
  expect((await overSocket(stack.socket(id), '/push/pack', { headers: { 'x-kind': 'commits', 'x-sha': '../x', 'x-head': sha }, body: 'x' })).status).toBe(400)
  expect((await overSocket(stack.socket(id), '/push/log', { headers: { 'x-run': '../../x' }, body: 'x' })).status).toBe(400)
})

test('a log is passed on while it grows, and cut at its bound without ending the run', async () => {
  const run = randomUUID()
  let received = 0
  let first: (text: string) => void
  const firstChunk = new Promise<string>((resolve) => { first = resolve })
  onRequest = (req, res) => {
    expect(req.url).toBe(`/internal/sessions/auth/runs/${run}/log`)
    req.on('data', (chunk: Buffer) => { if (received === 0) first(chunk.toString()); received += chunk.length })
    req.on('end', () => res.writeHead(204).end())
  }
  const status = new Promise<number>((resolve, reject) => {
    const req = httpRequest({ socketPath: stack.socket(id), path: '/push/log', method: 'POST', headers: { 'x-run': run } }, (res) => { res.resume(); resolve(res.statusCode ?? 0) })
    req.on('error', reject)
    req.write('line 1\n')
    void firstChunk.then((text) => {
      expect(text).toBe('line 1\n')
      req.end(Buffer.alloc(limits.logPerRun + 1000))
    })
  })
  expect(await status).toBe(204)
  expect(received).toBe(limits.logPerRun)
})

test('without the orchestrator a push is refused with a problem to try again', async () => {
  onRequest = (req) => req.socket.destroy()
  const answer = await overSocket(stack.socket(id), '/push/pack', { headers: { 'x-kind': 'snapshot', 'x-sha': sha, 'x-head': sha }, body: 'x' })
  expect(answer.status).toBe(504)
})
