import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { fail, ok, problem } from '@orchestra/contracts'
import type { RunId, StateFrame } from '@orchestra/contracts'
import { emptyState, openDoor, reader } from './fixture.ts'

let door: Awaited<ReturnType<typeof openDoor>>
afterEach(() => door.close())
const run = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' as RunId
const refusedWith = async (socket: WebSocket): Promise<number> => {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  return response.statusCode
}

describe('upgrades', () => {
  it('want the cookie, the origin and a fresh ticket', async () => {
    door = await openDoor()
    const { cookie, base } = door
    const dial = (ticket: string, headers: Record<string, string>) => new WebSocket(door.socketUrl('/ws/state', ticket), { headers })
    expect(await refusedWith(dial('none', { cookie, origin: base }))).toBe(401)
    expect(await refusedWith(dial(await door.ticket(), { origin: base }))).toBe(401)
    expect(await refusedWith(dial(await door.ticket(), { cookie, origin: 'http://evil.example' }))).toBe(403)
    expect(await refusedWith(dial(await door.ticket(), { cookie }))).toBe(403)
    const ticket = await door.ticket()
    const good = dial(ticket, { cookie, origin: base })
    await once(good, 'open')
    expect(await refusedWith(dial(ticket, { cookie, origin: base }))).toBe(401)
    good.close()
  })
})

describe('state', () => {
  it('sends a snapshot and every later patch once', async () => {
    let release = (): void => {}
    const reading = new Promise<void>((r) => (release = r))
    let asked = (): void => {}
    const wasAsked = new Promise<void>((r) => (asked = r))
    door = await openDoor({
      snapshot: async () => {
        asked()
        await reading
        return { seq: 7, state: emptyState }
      },
    })
    const socket = await door.socket('/ws/state')
    const next = reader(socket)
    await wasAsked
    door.engine.publish(7, [])
    door.engine.publish(8, [])
    release()
    const frames: StateFrame[] = [JSON.parse(String(await next())), JSON.parse(String(await next()))]
    door.engine.publish(9, [])
    frames.push(JSON.parse(String(await next())))
    expect(frames.map((f) => [f.type, f.seq])).toEqual([['snapshot', 7], ['patch', 8], ['patch', 9]])
    socket.close()
  })
  it('turns away a page that does not read', async () => {
    door = await openDoor()
    const socket = await door.socket('/ws/state')
    await once(socket, 'message')
    socket.pause()
    const big = [{ entity: 'attention', id: 'all', value: [{ text: 'x'.repeat(4_000_000) }] }] as never
    for (let seq = 1; seq < 20; seq += 1) door.engine.publish(seq, big)
    const closed = once(socket, 'close')
    socket.resume()
    expect((await closed)[0]).toBe(4408)
  })
})

describe('a run\'s log', () => {
  it('follows until the end and splits no character', async () => {
    let log = Buffer.from('grün').subarray(0, 3)
    let ended = false
    let grown = (): void => {}
    door = await openDoor({
      runLog: async (_id, from) => ok({ bytes: log.subarray(from), ended }),
      onRunLog: (_id, l) => {
        grown = l
        return () => {}
      },
    })
    const socket = await door.socket(`/ws/run/${run}`)
    const next = reader(socket)
    const closed = once(socket, 'close')
    expect(String(await next())).toBe('gr')
    log = Buffer.from('grün!')
    ended = true
    grown()
    expect(String(await next())).toBe('ün!')
    expect((await closed)[0]).toBe(1000)
  })
  it('says when there is none', async () => {
    door = await openDoor({ runLog: async () => fail(problem('not_found', 'no such run')), onRunLog: () => () => {} })
    const [code, why] = (await once(await door.socket(`/ws/run/${run}`), 'close')) as [number, Buffer]
    expect([code, String(why)]).toEqual([4404, 'no such run'])
  })
})

describe('a terminal', () => {
  const relay = async (onSocket: (socket: WebSocket, url: string, auth: string | undefined) => void) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', (socket, request) => onSocket(socket, request.url ?? '', request.headers.authorization))
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    return { server, door: { url: `http://127.0.0.1:${port}`, token: 'inside' } }
  }
  it('passes binary frames both ways, also those sent before the relay answered', async () => {
    const seen: string[] = []
    const { server, door: to } = await relay((socket, url, auth) => {
      seen.push(url, auth ?? '')
      socket.on('message', (data) => socket.send(Buffer.concat([Buffer.from('0'), data as Buffer])))
    })
    door = await openDoor({}, { relay: to })
    const socket = await door.socket('/ws/terminal/a-session/cli?cols=100&rows=30')
    const next = reader(socket)
    await once(socket, 'open')
    socket.send(Buffer.from('0ls'))
    expect(String(await next())).toBe('00ls')
    expect(seen).toEqual(['/internal/sessions/a-session/terminal/cli?cols=100&rows=30&mode=drive', 'Bearer inside'])
    socket.close()
    server.close()
  })
  it('holds the sender back while the page does not read, and loses nothing', async () => {
    const total = 32
    const size = 1024 * 1024 - 1
    let most = 0
    const { server, door: to } = await relay(async (socket) => {
      for (let i = 0; i < total; i += 1) {
        await new Promise<void>((resolve) => socket.send(Buffer.alloc(size, i), () => resolve()))
        most = Math.max(most, socket.bufferedAmount)
      }
    })
    door = await openDoor({}, { relay: to })
    const socket = await door.socket('/ws/terminal/a-session/cli')
    const next = reader(socket)
    await once(socket, 'open')
    socket.pause()
    socket.resume()
    for (let i = 0; i < total; i += 1) expect((await next())[0]).toBe(i)
    socket.close()
    server.close()
  })
  it('tells why when nobody is there', async () => {
    door = await openDoor()
    const [code] = (await once(await door.socket('/ws/terminal/a-session/shell'), 'close')) as [number]
    expect(code).toBe(4502)
    expect(await refusedWith(await door.socket('/ws/terminal/a-session/other'))).toBe(400)
  })
})

describe('signing out', () => {
  const closed = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0]
  /** A relay that notes what is typed. */
  const listening = async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    const typed: string[] = []
    const ended: Promise<unknown>[] = []
    server.on('connection', (socket) => {
      socket.on('message', (data) => { typed.push(String(data)); socket.send(data as Buffer) })
      ended.push(once(socket, 'close'))
    })
    await once(server, 'listening')
    return { server, typed, ended, relay: { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, token: 'inside' } }
  }
  const openAll = async () => {
    const all = await Promise.all(['/ws/state', '/ws/spec', `/ws/run/${run}`, '/ws/terminal/a-session/cli'].map((path) => door.socket(path)))
    await Promise.all(all.map((socket) => once(socket, 'open')))
    // An echo: the relay's side stands, too.
    all.at(-1)?.send('0x')
    await once(all.at(-1) as WebSocket, 'message')
    return all
  }
  const log = { runLog: async () => ok({ bytes: Buffer.alloc(0), ended: false }), onRunLog: () => () => {} }

  it('closes every socket of that sign-in, the terminal\'s on both sides, and no other\'s', async () => {
    const { server, ended, relay } = await listening()
    door = await openDoor(log, { relay })
    const all = await openAll()
    const token = await door.accounts.createSignInToken()
    const other = await door.accounts.redeem(token)
    const cookie = `${door.cookie.split('=')[0]}=${other?.secret}`
    const ticket = ((await (await door.call('/api/tickets', { method: 'POST', headers: { cookie } })).json()) as { ticket: string }).ticket
    const stays = new WebSocket(door.socketUrl('/ws/state', ticket), { headers: { origin: door.base, cookie } })
    const next = reader(stays)
    await next()
    const codes = Promise.all(all.map(closed))
    expect((await door.call('/api/session', { method: 'DELETE' })).status).toBe(200)
    expect(await codes).toEqual([4401, 4401, 4401, 4401])
    await Promise.all(ended)
    expect(ended).toHaveLength(1)
    door.engine.publish(3, [])
    expect(JSON.parse(String(await next()))).toMatchObject({ type: 'patch', seq: 3 })
    stays.close()
    server.close()
  })
  it('hears nothing more from one that does not answer the close, and cuts it off', async () => {
    const { server, typed, ended, relay } = await listening()
    door = await openDoor(log, { relay })
    const socket = await door.socket('/ws/terminal/a-session/shell')
    await once(socket, 'open')
    socket.send('0before')
    await once(socket, 'message')
    // What a client does that wants to stay: it types on, and leaves the close frame unread.
    const tcp = (socket as unknown as { _socket: Socket })._socket
    socket.pause()
    await door.call('/api/session', { method: 'DELETE' })
    socket.send('0after')
    const cut = once(tcp, 'close')
    tcp.resume()
    await Promise.all([...ended, cut])
    expect(typed).toEqual(['0before'])
    server.close()
  })
  it('is seen also where it was done elsewhere, as in the database', async () => {
    const { server, relay } = await listening()
    door = await openDoor(log, { relay, lookAgainMs: 20 })
    const codes = Promise.all((await openAll()).map(closed))
    await door.accounts.signOut(door.cookie.split('=')[1] ?? '')
    expect(await codes).toEqual([4401, 4401, 4401, 4401])
    server.close()
  })
})
