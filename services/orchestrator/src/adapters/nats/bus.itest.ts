import { randomUUID } from 'node:crypto'
import { bus, fail, ok, problem } from '@orchestra/contracts'
import type { MessageId, SessionId } from '@orchestra/contracts'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNats } from '../../../../../test/harness/nats.ts'
import type { NatsServer } from '../../../../../test/harness/nats.ts'
import type { Bus } from '../../ports/bus.ts'
import { connectBus } from './bus.ts'

const session = 'auth' as SessionId
let server: NatsServer
let orchestra: Bus
let peer: NatsConnection
const failures: string[] = []

beforeAll(async () => {
  server = await startNats()
  orchestra = await connectBus({ ...server.orchestrator, onFailure: (what) => failures.push(what) })
  peer = await connect({ servers: server.relay.url, user: server.relay.user, pass: server.relay.password, inboxPrefix: '_INBOX_relay', maxReconnectAttempts: -1, reconnectTimeWait: 100 })
}, 60_000)
afterAll(async () => {
  await orchestra.close()
  await peer.close()
  await server.stop()
})

const item = (message = randomUUID() as string): bus.InboxItem =>
  ({ delivery: { message: message as MessageId, voice: 'person', text: 'hello' }, answer: null })
/** A round trip behind the subscriptions: when it is back, the server knows them. */
const subscribed = () => orchestra.credentialStatus()
const request = async (subject: string, payload: unknown): Promise<bus.Reply> => bus.Reply.parse((await peer.request(subject, JSON.stringify(payload), { timeout: 5000 })).json())

test('a message repeated with its id is stored once', async () => {
  const one = item()
  await orchestra.putInbox(session, one)
  await orchestra.putInbox(session, one)
  const info = await (await jetstreamManager(peer)).streams.info('INBOX', { subjects_filter: 'inbox.auth' })
  expect(info.state.subjects).toEqual({ 'inbox.auth': 1 })
})

test('without a relay a verb and a control frame say who is missing', async () => {
  expect(await orchestra.openSession(session, 'executor')).toMatchObject({ ok: false, problem: { code: 'relay_unreachable' } })
  expect(await orchestra.control(session, { type: 'interrupt' })).toMatchObject({ ok: false, problem: { code: 'agent_unreachable', about: 'auth' } })
})

test('a relay that answers is passed on, its problem too', async () => {
  peer.subscribe('relay.open', { callback: (_error, message) => void message.respond(JSON.stringify(ok({}))) })
  peer.subscribe('relay.status', { callback: (_error, message) => void message.respond(JSON.stringify(fail(problem('no_credential', 'none yet')))) })
  await peer.flush()
  expect(await orchestra.openSession(session, 'executor')).toEqual({ ok: true, value: undefined })
  expect(await orchestra.credentialStatus()).toMatchObject({ ok: false, problem: { code: 'no_credential' } })
})

test('calls are answered; a stranger\'s session, nonsense and a thrown error become problems', async () => {
  orchestra.onCall(async (call) => {
    if (call.tool === 'breaks') throw new Error('broken')
    if (call.tool === 'large') return ok('x'.repeat(2 * 1024 * 1024))
    return ok({ text: `did ${call.tool}` })
  })
  await subscribed()
  const call = (tool: string, from = 'auth') => request('call.auth', { id: randomUUID(), session: from, tool, args: {} })
  expect(await call('list_sessions')).toEqual({ ok: true, value: { text: 'did list_sessions' } })
  expect(await call('list_sessions', 'other')).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
  expect(await request('call.auth', 'nonsense')).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
  expect(await call('breaks')).toMatchObject({ ok: false, problem: { code: 'timed_out' } })
  expect(await call('large')).toMatchObject({ ok: false, problem: { code: 'too_large' } })
  expect(failures).toContain('handler of call.auth')
})

test('reports of one session are handled in order', async () => {
  const seen: string[] = []
  orchestra.onReport(async (report) => {
    if (report.type === 'frame' && report.frame.type === 'notice') seen.push(report.frame.text)
    return ok({})
  })
  await subscribed()
  const texts = Array.from({ length: 20 }, (_, i) => String(i))
  await Promise.all(texts.map((text) => request('event.auth', { type: 'frame', session, frame: { type: 'notice', text } })))
  expect(seen).toEqual(texts)
})

test('neither account can do what is the other\'s, touch another stream, or hear the other\'s replies', async () => {
  const denied = { name: 'PermissionViolationError' }
  const as = async (user: 'relay' | 'orchestrator') => {
    const { url, password } = server[user]
    const nc = await connect({ servers: url, user, pass: password, inboxPrefix: `_INBOX_${user}` })
    const violations: string[] = []
    void (async () => { for await (const s of nc.status()) if (s.type === 'error') violations.push(s.error.message) })()
    return { nc, violations }
  }
  for (const [user, wrong] of [
    ['relay', ['inbox.auth', 'relay.open', 'control.auth', 'facts.p', '$JS.API.STREAM.DELETE.INBOX', '$JS.API.STREAM.CREATE.X', '$JS.API.STREAM.MSG.GET.INBOX', '_INBOX_orchestrator.x']],
    ['orchestrator', ['call.auth', 'event.auth', '$JS.API.STREAM.DELETE.INBOX', '$JS.API.STREAM.PURGE.INBOX', '$JS.API.CONSUMER.MSG.NEXT.INBOX.inbox-auth', '_INBOX_relay.x']],
  ] as const) {
    const { nc, violations } = await as(user)
    for (const subject of wrong) nc.publish(subject, '{}')
    await nc.flush()
    await expect.poll(() => wrong.filter((subject) => !violations.some((v) => v.includes(`"${subject}"`)))).toEqual([])
    for (const subject of user === 'relay' ? ['call.*', 'inbox.*', '_INBOX_orchestrator.>', '>'] : ['relay.*', 'inbox.*', '_INBOX_relay.>', '>']) {
      const heard = await new Promise<unknown>((resolve) => nc.subscribe(subject, { callback: (error) => resolve(error) }))
      expect(heard).toMatchObject(denied)
    }
    await nc.close()
  }
})

test('an answer is given to the relay\'s inbox alone, wherever a request wants it', async () => {
  orchestra.onCall(async () => ok({}))
  await subscribed()
  failures.length = 0
  const manager = await jetstreamManager(peer)
  const stored = async () => { const { created, state } = await manager.streams.info('INBOX', { subjects_filter: '>' }); return { created, messages: state.messages, subjects: state.subjects } }
  const heard: string[] = []
  for (const subject of ['control.*', 'relay.*']) peer.subscribe(subject, { callback: (_error, message) => void heard.push(message.subject) })
  const before = await stored()
  const call = (tool: string) => JSON.stringify({ id: randomUUID(), session: 'auth', tool, args: {} })
  const elsewhere = ['inbox.auth', 'inbox.forced', 'control.forced', 'relay.forced', 'facts.forced', 'call.forced', '$JS.API.STREAM.PURGE.INBOX', '$JS.API.STREAM.UPDATE.INBOX', '_INBOX_relayed.x']
  for (const reply of elsewhere) peer.publish('call.auth', call('forced'), { reply })
  // Behind them on the same connection.
  expect(await request('call.auth', JSON.parse(call('asked')))).toMatchObject({ ok: true })
  expect(failures).toEqual(elsewhere.map(() => 'call.*'))
  expect([await stored(), heard]).toEqual([before, []])
})
test('after a crash of the server it is back, and nothing stored is gone', async () => {
  await server.crash()
  await server.restart()
  await expect.poll(() => orchestra.putInbox(session, item()).then(() => 'stored', () => 'refused'), { timeout: 20_000 }).toBe('stored')
  const info = await (await jetstreamManager(peer)).streams.info('INBOX', { subjects_filter: 'inbox.auth' })
  expect(info.state.subjects).toEqual({ 'inbox.auth': 2 })
}, 30_000)

test('a server that comes back without its store is noticed, and takes inboxes again', async () => {
  let returned = 0
  const stop = orchestra.onReturn(() => { returned += 1 })
  expect((await orchestra.inboxes())?.get(session)).toBeGreaterThan(0)
  await server.lose()
  await server.restart()
  await expect.poll(() => returned, { timeout: 20_000 }).toBeGreaterThan(0)
  await expect.poll(() => orchestra.inboxes().catch(() => 'away'), { timeout: 20_000 }).toBeNull()
  await expect(orchestra.putInbox(session, item())).rejects.toThrow()
  await orchestra.makeInboxes()
  await orchestra.putInbox(session, item())
  expect((await orchestra.inboxes())?.get(session)).toBe(1)
  stop()
}, 60_000)
