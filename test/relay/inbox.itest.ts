import { readdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { MessageId } from '@orchestra/contracts'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentEnd } from '../harness/relay.ts'
import { note, now, sessionId, startStack } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
const id = sessionId('auth')
const received = (agent: AgentEnd, messages: MessageId[]) => agent.send({ type: 'receipt', messages, state: 'delivered', at: now() })
const idsOf = (deliver: { deliveries: { message: MessageId }[] }) => deliver.deliveries.map((one) => one.message)

beforeAll(async () => {
  stack = await startStack()
  expect(await stack.bus.openSession(id, 'executor')).toEqual({ ok: true, value: undefined })
})
afterAll(() => stack.stop())

test('the link is welcomed, reported, and carries control frames', async () => {
  expect(await stack.bus.control(id, { type: 'sync' })).toMatchObject({ ok: false, problem: { code: 'agent_unreachable' } })
  const agent = new AgentEnd(stack.socket(id))
  expect(await agent.next('welcome')).toEqual({ type: 'welcome', session: id, role: 'executor' })
  expect(await stack.bus.control(id, { type: 'sync' })).toEqual({ ok: true, value: undefined })
  await agent.next('sync')
  await agent.close()
  await expect.poll(() => stack.reports.filter((report) => report.type === 'link').map((report) => report.up)).toEqual([true, false])
})

test('what waits arrives in order, one batch in flight, and again until its receipt is back', async () => {
  const [one, two, three] = [note('one'), note('two'), note('x'.repeat(29_999))]
  for (const item of [one, two, three]) await stack.bus.putInbox(id, item)
  const agent = new AgentEnd(stack.socket(id))
  const first = await agent.next('deliver')
  expect(idsOf(first)[0]).toBe(one.delivery.message)
  await agent.close()

  const second = new AgentEnd(stack.socket(id))
  const again = await second.next('deliver')
  expect(idsOf(again)).toEqual([one.delivery.message, two.delivery.message])
  received(second, idsOf(again))
  const large = await second.next('deliver')
  expect(idsOf(large)).toEqual([three.delivery.message])
  received(second, idsOf(large))
  await expect.poll(() => stack.reports.filter((report) => report.type === 'frame' && report.frame.type === 'receipt').length).toBe(2)
  const four = note('four')
  await stack.bus.putInbox(id, four)
  expect(idsOf(await second.next('deliver'))).toEqual([four.delivery.message])
  expect(second.waiting().filter((frame) => frame.type === 'deliver')).toEqual([])
  await second.close()
})

test('a relay that starts again opens its sessions in the same folders and hands out what was not received', async () => {
  const folder = dirname(stack.socket(id))
  const before = await stat(folder)
  await stack.restartRelay()
  expect((await stat(folder)).ino).toBe(before.ino)
  expect(await readdir(folder)).toEqual(['relay.sock'])
  const agent = new AgentEnd(stack.socket(id))
  const deliver = await agent.next('deliver')
  expect(deliver.deliveries.map((one) => one.text)).toEqual(['four'])
  received(agent, idsOf(deliver))
  await agent.close()
})

test('a receipt that can not be reported is no receipt: its message is brought again', async () => {
  const other = sessionId('again')
  await stack.bus.openSession(other, 'executor')
  const before = stack.answer.report
  let broken = true
  // No answer that the relay could have foreseen.
  stack.answer.report = (report) => (broken && report.type === 'frame' && report.frame.type === 'receipt' ? ({ nonsense: true } as never) : before(report))
  const agent = new AgentEnd(stack.socket(other))
  await agent.next('welcome')
  const item = note('told twice')
  await stack.bus.putInbox(other, item)
  received(agent, idsOf(await agent.next('deliver')))
  expect(idsOf(await agent.next('deliver'))).toEqual([item.delivery.message])
  expect((await stack.bus.inboxes())?.get(other)).toBe(1)
  broken = false
  received(agent, [item.delivery.message])
  await expect.poll(async () => (await stack.bus.inboxes())?.get(other) ?? 0).toBe(0)
  await expect.poll(() => stack.reports.some((report) => report.type === 'frame' && report.frame.type === 'notice' && report.frame.text.includes('"receipt"'))).toBe(true)
  stack.answer.report = before
  await agent.close()
  await stack.bus.closeSession(other, true)
}, 90_000)

test('events are acknowledged when they are committed, and not before', async () => {
  let refuse = true
  const before = stack.answer.report
  stack.answer.report = (report) => (refuse && report.type === 'frame' && report.frame.type === 'events' ? { ok: false, problem: { code: 'timed_out', message: '', next: '' } } : before(report))
  const agent = new AgentEnd(stack.socket(id))
  await agent.next('welcome')
  agent.send({ type: 'events', from: 5, events: [{ type: 'notice', at: now(), text: 'a' }, { type: 'notice', at: now(), text: 'b' }] })
  await expect.poll(() => stack.reports.filter((report) => report.type === 'frame' && report.frame.type === 'events').length).toBeGreaterThan(1)
  expect(agent.waiting().filter((frame) => frame.type === 'events-ack')).toEqual([])
  refuse = false
  expect(await agent.next('events-ack')).toEqual({ type: 'events-ack', upTo: 6 })
  stack.answer.report = before
  await agent.close()
})

test('the newest link wins, and a broken frame does not end it', async () => {
  const old = new AgentEnd(stack.socket(id))
  await old.next('welcome')
  const replaced = new Promise<number>((resolve) => old.socket.once('close', resolve))
  const agent = new AgentEnd(stack.socket(id))
  await agent.next('welcome')
  expect(await replaced).toBe(4001)
  agent.socket.send('{"type":"nonsense"}')
  agent.send({ type: 'events', from: 1, events: [] })
  expect(await agent.next('events-ack')).toEqual({ type: 'events-ack', upTo: 0 })
  await agent.close()
})

test('500 messages for a stopped session arrive once, in order', async () => {
  const items = Array.from({ length: 500 }, (_, i) => note(`message ${i}`))
  for (const item of items) await stack.bus.putInbox(id, item)
  const agent = new AgentEnd(stack.socket(id))
  const seen: string[] = []
  while (seen.length < items.length) {
    const deliver = await agent.next('deliver')
    seen.push(...deliver.deliveries.map((one) => one.text))
    received(agent, idsOf(deliver))
  }
  expect(seen).toEqual(items.map((item) => item.delivery.text))
  await agent.close()
}, 60_000)

test('a closed session is not reachable, a forgotten one leaves nothing', async () => {
  await stack.bus.closeSession(id, false)
  await expect(stat(stack.socket(id))).rejects.toThrow()
  expect(await readdir(dirname(dirname(stack.socket(id))))).toEqual(['auth'])
  await stack.bus.closeSession(id, true)
  expect(await readdir(dirname(dirname(stack.socket(id))))).toEqual([])
})

test('an answer is given to the orchestrator\'s inbox alone, wherever a request wants it', async () => {
  const { url, user, password } = stack.nats.orchestrator
  const taken = await connect({ servers: url, user, pass: password, inboxPrefix: '_INBOX_orchestrator' })
  const elsewhere = ['call.forced', 'event.forced', 'inbox.forced', '$JS.API.STREAM.PURGE.INBOX', '$JS.API.STREAM.DELETE.INBOX', '_INBOX_orchestrators.x']
  const seen: string[] = []
  for (const subject of ['call.*', 'event.*']) taken.subscribe(subject, { callback: (_error, message) => void seen.push(message.subject) })
  const before = (await stack.bus.inboxes())?.size
  for (const reply of elsewhere) for (const subject of ['relay.status', `control.${id}`]) taken.publish(subject, '{}', { reply })
  // Behind them on the same connection.
  await taken.request('relay.status', '{}', { timeout: 5000 })
  await taken.close()
  expect(stack.logged.filter((l) => l.what.includes('wants its answer elsewhere'))).toHaveLength(2 * elsewhere.length)
  expect(seen.filter((subject) => subject.endsWith('forced'))).toEqual([])
  expect((await stack.bus.inboxes())?.size).toBe(before)
})
