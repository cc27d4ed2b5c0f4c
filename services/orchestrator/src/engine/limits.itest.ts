import { randomUUID } from 'node:crypto'
import type { MessageId, SessionId } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer, TestDatabase } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

const auth = 'auth' as SessionId
const designer = 'designer' as SessionId
let server: DatabaseServer
let t: EngineUnderTest
let db: TestDatabase
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
afterEach(() => t.stop())
beforeEach(async () => {
  db = await server.create()
  t = await startEngine(db)
  await t.engine.dispatch('session.spawn', { name: auth, instructions: 'x' }, { actor: owner })
  await t.engine.settled()
  for (const id of [designer, auth]) await t.comesUp(id)
})
const at = () => new Date().toISOString()
const state = async () => (await t.engine.snapshot()).state
const session = async () => (await state()).sessions.find((s) => s.id === auth)
const limited = (seconds: number, from = auth) => { const until = new Date(Date.now() + seconds * 1000).toISOString(); return t.engine.report({ type: 'limited', session: from, until, text: 'Limit reached', at: at() }) }

test('a limit ends a turn: the session is told once to go on, which waits for the reset; a question leaves the designer; then it is over', async () => {
  const asked = await t.engine.report({ type: 'ask', session: auth, id: randomUUID(), origin: 'tool', question: 'Which?', options: [], recommended: null })
  const { message } = (asked as { value: { message: MessageId } }).value
  expect((await state()).attention.find((a) => a.messageId === message)).toMatchObject({ with: 'designer' })
  await limited(3600)
  await limited(3600, designer)
  expect((await state()).attention.find((a) => a.messageId === message)).toMatchObject({ with: 'person' })
  await t.engine.dispatch('message.answer', { message, text: 'This.' }, { actor: owner })
  for (const n of [2, 3]) await t.events(auth, n, { type: 'turn.failed', at: at(), error: 'rate_limit', text: 'limit' })
  expect(await session()).toMatchObject({ status: 'limited', statusText: expect.stringContaining('goes on by itself') })
  await expect.poll(() => t.bus.inbox.filter((i) => i.session === auth && i.item.delivery.text.includes('limit that ended your last turn is over')).length, { timeout: 20_000 }).toBe(1)
  await limited(2)
  await expect.poll(async () => (await t.store.read.session(auth))?.limitedText ?? null, { timeout: 20_000 }).toBe(null)
  expect((await t.store.read.events({ session: auth, limit: 5, types: ['usage.limit-over'] })).length).toBe(1)
})

const lost = async (n: number) => {
  await t.frame(auth, { type: 'cli-status', status: 'busy', at: at() })
  await t.engine.report({ type: 'model-trouble', session: auth, text: 'The name model can not be resolved.', away: true, at: at() })
  await t.events(auth, n, { type: 'turn.failed', at: at(), error: 'unknown', text: 'Connection error.' })
  await t.frame(auth, { type: 'cli-status', status: 'idle', at: at() })
}
const toldToGoOn = () => t.bus.inbox.filter((i) => i.session === auth && i.item.delivery.text.includes('Go on where you were')).length
/** An effect that is new wakes the worker, which then looks for all that is due. */
const timePasses = async () => { await db.pool.query("update effects set next_at = clock_timestamp() where kind = 'model.again' and state = 'waiting'"); await t.engine.dispatch('message.send', { to: designer, text: 'x', kind: 'note' }, { actor: owner }) }

test('a turn that the loss of the network ended is taken up again by itself, as often as it takes', async () => {
  await lost(2)
  expect(await session()).toMatchObject({ status: 'interrupted', statusText: expect.stringContaining('goes on by itself when the model is reached') })
  expect(toldToGoOn()).toBe(0)
  await timePasses()
  await expect.poll(toldToGoOn, { timeout: 20_000 }).toBe(1)
  await t.events(auth, 3, { type: 'prompt', at: at(), text: 'Go on where you were', messages: [t.bus.inbox.findLast((i) => i.session === auth)?.item.delivery.message as MessageId] })
  await t.frame(auth, { type: 'receipt', messages: [t.bus.inbox.findLast((i) => i.session === auth)?.item.delivery.message as MessageId], state: 'seen', at: at() })
  await lost(4)
  await timePasses()
  await expect.poll(toldToGoOn, { timeout: 20_000 }).toBe(2)
})

test('it waits for a person where the endpoint refused, and where the person wants to be asked', async () => {
  await t.engine.report({ type: 'model-trouble', session: auth, text: 'x refuses the credential (401): no.', away: false, at: at() })
  await t.events(auth, 2, { type: 'turn.failed', at: at(), error: 'authentication_failed', text: 'no' })
  expect((await session())?.statusText).not.toContain('by itself')
  await t.engine.dispatch('settings.save', { afterRestart: 'ask' }, { actor: owner })
  await t.events(auth, 3, { type: 'prompt', at: at(), text: 'x', messages: [] })
  await lost(4)
  expect((await session())?.statusText).not.toContain('by itself')
  expect((await db.pool.query("select 1 from effects where kind = 'model.again'")).rows).toEqual([])
})

test('a message is answered when the turn that read it has ended, and not before', async () => {
  const sent = await t.engine.dispatch('message.send', { to: auth, text: 'Begin.', kind: 'note' }, { actor: owner })
  const { message } = (sent as { value: { message: MessageId } }).value
  const delivery = async () => (await state()).messages.find((m) => m.id === message)
  const receipt = (s: 'delivered' | 'seen') => t.frame(auth, { type: 'receipt', messages: [message], state: s, at: at() })
  // Told late: a turn that ended before the message came.
  const before = at()
  await expect.poll(at).not.toBe(before)
  await receipt('delivered')
  await t.events(auth, 2, { type: 'turn.ended', at: before, text: 'of before' })
  expect(await delivery()).toMatchObject({ delivery: 'delivered', answeredAt: null })
  await receipt('seen')
  await t.events(auth, 3, { type: 'turn.ended', at: at(), text: 'Done.' })
  expect(await delivery()).toMatchObject({ delivery: 'answered', seenAt: expect.any(String), answeredAt: expect.any(String) })
  await receipt('seen')
  expect(await delivery()).toMatchObject({ delivery: 'answered' })
})

test('a message to all says for each receiver how far it got', async () => {
  const sent = await t.engine.dispatch('message.send', { to: 'all', text: 'Stop using v1.', kind: 'note' }, { actor: owner })
  const { message } = (sent as { value: { message: MessageId } }).value
  await t.engine.settled()
  const mine = t.bus.inbox.find((i) => i.session === auth && i.item.delivery.text.includes('v1'))?.item.delivery.message as MessageId
  await t.frame(auth, { type: 'receipt', messages: [mine], state: 'seen', at: at() })
  const view = (await state()).messages.find((m) => m.id === message)
  expect(view).toMatchObject({ delivery: 'queued', receivers: expect.arrayContaining([expect.objectContaining({ session: auth, delivery: 'seen' }), expect.objectContaining({ session: designer, delivery: 'queued', reason: 'on its way' })]) })
})

test('what is stuck becomes so by time alone, and the page is told', async () => {
  await t.frame(auth, { type: 'cli-status', status: 'busy', at: at() })
  expect(await session()).toMatchObject({ status: 'working' })
  const failed = { type: 'tool.finished', at: at(), call: 'c', tool: 'Bash', input: { command: 'npm test' }, output: 'no', ok: false } as const
  await t.events(auth, 2, failed, failed, failed)
  expect(await session()).toMatchObject({ status: 'stuck', facts: { failing: { command: 'npm test', times: 3 }, lastHookAt: expect.any(String) } })
  expect((await state()).attention).toContainEqual(expect.objectContaining({ kind: 'stuck', session: auth }))
  await t.frame(auth, { type: 'pulse', terminalAt: at() })
  expect((await session())?.facts?.lastTerminalAt).toEqual(expect.any(String))
})
