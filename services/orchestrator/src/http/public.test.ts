import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Engine } from '../ports/engine.ts'
import { openDoor } from './fixture.ts'

let door: Awaited<ReturnType<typeof openDoor>>
afterEach(() => door.close())
const bodyOf = async (response: Response) => (await response.json()) as { problem?: { code: string; message: string; about?: string }; [k: string]: unknown }

describe('signing in', () => {
  it('takes a token once and sets a cookie of this installation alone', async () => {
    door = await openDoor()
    const token = await door.accounts.createSignInToken()
    const send = () => door.call('/api/session', { method: 'POST', body: JSON.stringify({ token }) })
    const first = await send()
    expect(first.headers.getSetCookie()[0]).toMatch(/^orchestra_test=.*HttpOnly; SameSite=Strict/)
    expect((await send()).status).toBe(401)
  })
  it('refuses further guesses within a minute, and lets the owner in all the while', async () => {
    door = await openDoor()
    const send = async (token: string) => (await door.call('/api/session', { method: 'POST', body: JSON.stringify({ token }) })).status
    const statuses = new Set<number>()
    for (let i = 0; i < 25; i += 1) statuses.add(await send('no'))
    expect([...statuses]).toEqual([401, 429])
    expect(await send(await door.accounts.createSignInToken())).toBe(200)
    expect(await send('no')).toBe(429)
  })
  it('signs out', async () => {
    door = await openDoor()
    expect((await door.call('/api/state')).status).toBe(200)
    await door.call('/api/session', { method: 'DELETE' })
    expect((await door.call('/api/state')).status).toBe(401)
  })
  it('answers nothing without the cookie but health and the description of the API', async () => {
    door = await openDoor()
    for (const path of ['/api/state', '/api/spec', '/api/messages', '/api/credential', '/api/sessions/x/diff']) expect((await fetch(door.base + path)).status).toBe(401)
    expect((await fetch(`${door.base}/api/health`)).status).toBe(200)
    const spec = (await (await fetch(`${door.base}/api/openapi.json`)).json()) as { paths: Record<string, unknown> }
    expect(Object.keys(spec.paths)).toContain('/api/commands/session.spawn')
    expect(Object.keys(spec.paths)).toContain('/api/sessions/{session}/diff')
  })
})

describe('host and origin', () => {
  it('refuses a request that names two hosts', async () => {
    door = await openDoor()
    const { hostname, port, host } = new URL(door.base)
    const said = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(`GET /api/state HTTP/1.1\r\nhost: ${host}\r\nhost: evil.example\r\ncookie: ${door.cookie}\r\nconnection: close\r\n\r\n`))
      socket.once('data', (chunk) => { socket.destroy(); resolve(chunk.toString()) })
    })
    expect(said).toMatch(/^HTTP\/1\.1 403/)
  })
  it('refuses a name that is not ours, and takes localhost', async () => {
    door = await openDoor()
    const at = (host: string, url = '/api/state') => door.app.inject({ url, headers: { host, cookie: door.cookie } })
    expect((await at('evil.example')).statusCode).toBe(403)
    expect((await at('evil.example', '/api/health')).statusCode).toBe(403)
    expect((await at(`localhost:${door.config.port + 1}`)).statusCode).toBe(403)
    expect((await at(`localhost:${door.config.port}`)).statusCode).toBe(200)
  })
  it('refuses a change from another page, or from none', async () => {
    door = await openDoor()
    for (const origin of ['http://evil.example', `http://localhost:${door.config.port}`, '']) {
      const response = await door.call('/api/commands/sessions.stopAll', { method: 'POST', body: '{}', headers: { origin } })
      expect((await bodyOf(response)).problem?.code).toBe('bad_origin')
    }
  })
})

describe('commands', () => {
  const withDispatch = (answer: Awaited<ReturnType<Engine['dispatch']>>) => {
    const seen: unknown[] = []
    const dispatch = (async (...args: unknown[]) => {
      seen.push(args)
      return answer
    }) as unknown as Engine['dispatch']
    return { seen, dispatch }
  }
  it('hands on the checked input with the person as actor and the id', async () => {
    const { seen, dispatch } = withDispatch(ok({}))
    door = await openDoor({ dispatch })
    const id = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
    const response = await door.call('/api/commands/message.send', { method: 'POST', body: JSON.stringify({ id, input: { to: 'person', text: 'hi' } }) })
    expect(response.status).toBe(200)
    expect(seen).toEqual([['message.send', { to: 'person', text: 'hi', kind: 'note' }, { actor: { kind: 'person', name: 'owner' }, id }]])
  })
  it('answers a problem with its status, wrong input with the field', async () => {
    door = await openDoor(withDispatch(fail(problem('name_taken', 'taken'))))
    const spawn = (input: unknown) => door.call('/api/commands/session.spawn', { method: 'POST', body: JSON.stringify({ input }) })
    expect((await spawn({ name: 'a', instructions: 'b' })).status).toBe(409)
    const wrong = await spawn({ name: 7, instructions: 'b' })
    expect(wrong.status).toBe(400)
    expect((await bodyOf(wrong)).problem?.about).toBe('input.name')
    expect((await door.call('/api/commands/nope', { method: 'POST', body: '{}' })).status).toBe(404)
  })
  it('answers a bug with a reference and keeps its words to the log', async () => {
    door = await openDoor({ dispatch: () => Promise.reject(new Error('secret detail')) })
    const response = await door.call('/api/commands/sessions.stopAll', { method: 'POST', body: '{}' })
    expect(response.status).toBe(500)
    const { problem: p } = await bodyOf(response)
    expect(p?.code).toBe('internal_error')
    expect(JSON.stringify(p)).not.toContain('secret detail')
  })
})

it('reads a run\'s log as text, whole', async () => {
  const text = Buffer.from('one\ntwö\n')
  door = await openDoor({ runLog: async (_run, from) => ok({ bytes: text.subarray(from, from + 5), ended: true }) })
  const response = await door.call('/api/runs/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/log')
  expect(response.headers.get('content-type')).toContain('text/plain')
  expect(await response.text()).toBe('one\ntwö\n')
})
