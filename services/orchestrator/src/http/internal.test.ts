import { once } from 'node:events'
import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { internal } from '@orchestra/contracts'
import type { Engine } from '../ports/engine.ts'
import { memoryEngine } from './fixture.ts'
import { buildInternal } from './internal.ts'

let app: Awaited<ReturnType<typeof buildInternal>>
afterEach(() => app.close())
const open = async (given: Partial<Engine>): Promise<number> => {
  app = await buildInternal({ engine: memoryEngine(given), token: 'inside' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as { port: number }).port
}
const auth = { authorization: 'Bearer inside' }
const sha = 'a'.repeat(40)
const run = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'

it('hands a pack on as it comes', async () => {
  let first = (): void => {}
  const firstChunk = new Promise<void>((r) => (first = r))
  const port = await open({
    receivePack: async (session, kind, tip, head, body) => {
      let bytes = 0
      for await (const chunk of body as Readable) {
        bytes += (chunk as Buffer).length
        first()
      }
      return { accepted: true, tip, reason: `${session} ${kind} ${head.slice(0, 3)} ${bytes}` }
    },
  })
  const headers = { ...auth, 'x-kind': 'commits', 'x-sha': sha, 'x-head': sha, 'transfer-encoding': 'chunked', 'content-type': 'application/octet-stream' }
  const sending = request({ port, host: '127.0.0.1', method: 'POST', path: internal.pack('a-session'), headers })
  sending.write('12345')
  await firstChunk
  sending.end('678')
  const [response] = (await once(sending, 'response')) as [Readable]
  expect(JSON.parse((await response.toArray()).join(''))).toEqual({ accepted: true, tip: sha, reason: 'a-session commits aaa 8' })
})

it('takes a log without a content type', async () => {
  const seen: string[] = []
  const port = await open({ receiveLog: async (session, id, body) => void seen.push(session, id, (await body.toArray()).join('')) })
  const sending = request({ port, host: '127.0.0.1', method: 'POST', path: internal.log('a-session', run), headers: { ...auth, 'transfer-encoding': 'chunked' } })
  sending.end('line\n')
  await once(sending, 'response')
  expect(seen).toEqual(['a-session', run, 'line\n'])
})

it('wants the token, known names and the headers of a pack', async () => {
  const port = await open({})
  const post = async (path: string, headers: Record<string, string>) => (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: 'x' })).status
  expect(await post(internal.pack('a-session'), {})).toBe(403)
  expect(await post(internal.pack('..%2Fx'), auth)).toBe(400)
  expect(await post(internal.pack('a-session'), { ...auth, 'x-kind': 'commits', 'x-sha': 'HEAD' })).toBe(400)
})
