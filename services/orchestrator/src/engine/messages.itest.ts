import { randomUUID } from 'node:crypto'
import { actorName, limits } from '@orchestra/contracts'
import type { bus, MessageId, SessionId } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

const auth = 'auth' as SessionId
const api = 'api' as SessionId
const designer = 'designer' as SessionId
let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
afterEach(() => t.stop())
beforeEach(async () => {
  t = await startEngine(await server.create())
  for (const name of [auth, api]) await t.engine.dispatch('session.spawn', { name, instructions: 'x' }, { actor: owner })
  await t.engine.settled()
  for (const id of [designer, auth, api]) await t.comesUp(id)
})

const tool = (session: SessionId, name: string, args: unknown, id = randomUUID()) => t.engine.toolCall({ id, session, tool: name, args })
const inboxOf = async (session: SessionId) => { await t.engine.settled(); return t.bus.inbox.filter((i) => i.session === session).map((i) => i.item) }
const state = async () => (await t.engine.snapshot()).state
const asked = async (question: string, options: string[] = []) => {
  const reply = await t.engine.report({ type: 'ask', session: auth, id: randomUUID(), origin: 'tool', question, options, recommended: options.length ? 0 : null })
  if (!reply.ok) throw new Error(reply.problem.message)
  return (reply.value as { message: MessageId }).message
}

test('a question waits for the person, the designer reads it, the answer goes back as the call\'s result', async () => {
  const message = await asked('Which limit?', ['100', '1000'])
  expect((await state()).attention).toContainEqual(expect.objectContaining({ kind: 'question', session: auth, messageId: message, options: ['100', '1000'] }))
  expect((await state()).sessions.find((s) => s.id === auth)).toMatchObject({ status: 'waiting' })
  const [shown] = await inboxOf(designer)
  expect(shown?.delivery.text).toMatch(/^\[From: auth\]\nQUESTION: Which limit\?\n1\. 100 \(recommended\)\n2\. 1000/)
  expect(shown?.delivery.text).toContain(message)

  expect(await t.engine.dispatch('message.answer', { message, option: 1 }, { actor: owner })).toMatchObject({ ok: true, value: { text: '1000' } })
  const [answer] = await inboxOf(auth)
  expect(answer).toMatchObject({ delivery: { voice: 'person' }, answer: { question: message, text: '1000', option: 1, by: 'owner' } })
  expect((await inboxOf(designer)).at(-1)?.delivery).toMatchObject({ voice: 'system', text: expect.stringContaining('The person answered auth\'s question "Which limit?": 1000') })
  expect(await t.engine.dispatch('message.answer', { message, text: 'late' }, { actor: owner })).toMatchObject({ ok: false, problem: { code: 'already_answered', message: expect.stringContaining('1000') } })
  expect((await state()).attention.filter((a) => a.kind === 'question')).toEqual([])
})

test('a question is with the designer first: it passes it on, or its time is over, and the person may answer all the while', async () => {
  const open = async (message: MessageId) => { const s = await state(); return { session: s.sessions.find((x) => x.id === auth), item: s.attention.find((a) => a.messageId === message), view: s.messages.find((m) => m.id === message) } }
  const first = await asked('Which one?')
  expect(await open(first)).toMatchObject({ session: { status: 'waiting', waitsFor: { kind: 'designer' } }, item: { with: 'designer' }, view: { waitsFor: { kind: 'designer' } } })
  expect(await tool(auth, 'escalate', { message: first })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  expect(await tool(designer, 'escalate', { message: first, note: 'I would take Redis.' })).toMatchObject({ ok: true })
  expect(await open(first)).toMatchObject({ session: { waitsFor: { kind: 'person' } }, item: { with: 'person', note: 'I would take Redis.' } })

  await t.engine.dispatch('settings.save', { escalateSeconds: 1 }, { actor: owner })
  const late = await asked('And this?')
  expect(await open(late)).toMatchObject({ item: { with: 'designer' } })
  await expect.poll(async () => (await t.store.read.events({ session: auth, limit: 5, types: ['message.escalated'] })).at(-1)?.data, { timeout: 10_000 }).toEqual({ message: late, reason: 'the designer has not answered in time' })
  expect(await open(late)).toMatchObject({ item: { with: 'person' } })
  expect(await tool(designer, 'answer', { message: late, text: 'This.' })).toMatchObject({ ok: true })
  expect(await t.engine.dispatch('message.answer', { message: late, text: 'That.' }, { actor: owner })).toMatchObject({ ok: false, problem: { code: 'already_answered', message: expect.stringMatching(/^designer answered at \d\d:\d\d:\d\d UTC \(\d+ s ago\): This\.$/) } })
})

test.each([['working', 'busy'], ['stopped', 'exited']] as const)('a question goes to the person at once when the designer is %s', async (_name, status) => {
  await t.frame(designer, { type: 'cli-status', status, at: new Date().toISOString() })
  const message = await asked('Which?')
  expect((await state()).attention.find((a) => a.messageId === message)).toMatchObject({ with: 'person' })
})

test('a session asks another one, which answers; nobody else among the executors may', async () => {
  const report = await t.engine.report({ type: 'ask', session: auth, id: randomUUID(), origin: 'tool', question: 'Which header?', options: [], recommended: null, to: api })
  const { message } = (report as { value: { message: MessageId } }).value
  expect((await state()).sessions.find((s) => s.id === auth)).toMatchObject({ status: 'waiting', waitsFor: { kind: 'session', id: api } })
  expect((await state()).attention.filter((a) => a.messageId === message)).toEqual([])
  expect((await inboxOf(api)).at(-1)?.delivery.text).toContain(message)
  expect(await tool(auth, 'answer', { message, text: 'Mine.' })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  expect(await tool(api, 'answer', { message, text: 'x-token' })).toMatchObject({ ok: true })
  expect((await inboxOf(auth)).at(-1)).toMatchObject({ delivery: { voice: 'session' }, answer: { question: message, by: 'api', text: 'x-token' } })
  const others = await asked('Not yours?')
  expect(await tool(api, 'answer', { message: others, text: 'Yes.' })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
})

test('a send says what became of it', async () => {
  const send = (text: string) => tool(auth, 'send_message', { to: 'api', text })
  const receipts = (s: 'delivered' | 'seen') => { const id = t.bus.inbox.at(-1)?.item.delivery.message as MessageId; return t.frame(api, { type: 'receipt', messages: [id], state: s, at: new Date().toISOString() }) }
  const words = (text: RegExp) => ({ ok: true, value: { text: expect.stringMatching(text) } })
  const sending = send('one')
  await expect.poll(() => t.bus.inbox.some((i) => i.item.delivery.text.endsWith('one'))).toBe(true)
  await receipts('delivered')
  expect(await sending).toMatchObject(words(/: delivered .*, not read yet\.$/))
  await t.frame(api, { type: 'cli-status', status: 'busy', at: new Date().toISOString() })
  expect(await send('two')).toMatchObject(words(/: queued: api is working; it reads it between two steps\.$/))
  await t.engine.dispatch('session.pause', { session: api }, { actor: owner })
  expect(await send('three')).toMatchObject(words(/: queued: api is paused by the person/))
  expect((await state()).messages.at(-1)).toMatchObject({ delivery: 'queued', deliveryReason: expect.stringContaining('paused by the person') })
  expect(await tool(auth, 'read_messages', {})).toMatchObject(words(/one\n {2}delivered \d* ?.*not read yet[\s\S]*three\n {2}queued: api is paused/))
})

test('a message whose turn was over before its receipts came is answered with them, and one of a turn that goes on is not', async () => {
  const sent = async (text: string) => { const reply = await t.engine.dispatch('message.send', { to: api, text, kind: 'note' }, { actor: owner }); if (!reply.ok) throw new Error(reply.problem.message); return (reply.value as { message: MessageId }).message }
  const at = () => new Date().toISOString()
  const receipt = (messages: MessageId[], s: 'delivered' | 'seen') => t.frame(api, { type: 'receipt', messages, state: s, at: at() })
  const became = async (message: MessageId) => (await state()).messages.find((m) => m.id === message)?.delivery
  const [short, long] = [await sent('a short turn'), await sent('a long one')]
  await t.events(api, 10, { type: 'prompt', at: at(), text: 'a short turn', messages: [short] }, { type: 'turn.ended', at: at(), text: 'Done.' }, { type: 'prompt', at: at(), text: 'a long one', messages: [long] })
  await receipt([short, long], 'delivered')
  await receipt([short, long], 'seen')
  expect([await became(short), await became(long)]).toEqual(['answered', 'seen'])
  await t.events(api, 13, { type: 'turn.ended', at: at(), text: 'Done.' })
  expect(await became(long)).toBe('answered')
})

test('a repeated ask is one question', async () => {
  const report: bus.SessionReport = { type: 'ask', session: auth, id: randomUUID(), origin: 'tool', question: 'Once?', options: [], recommended: null }
  const replies = await Promise.all([t.engine.report(report), t.engine.report(report), t.engine.report(report)])
  expect(replies).toEqual([replies[0], replies[0], replies[0]])
  expect((await state()).messages.filter((m) => m.kind === 'question')).toHaveLength(1)
})

test('the designer answers a question, but never a permission', async () => {
  const message = await asked('Which?')
  expect(await tool(designer, 'answer', { message, text: 'The first, as the spec says.' })).toMatchObject({ ok: true })
  expect((await inboxOf(auth))[0]).toMatchObject({ delivery: { voice: 'session' }, answer: { by: 'designer' } })
  const before = (await inboxOf(designer)).length
  const permission = await t.engine.report({ type: 'ask', session: auth, id: randomUUID(), origin: 'permission', question: 'rm -rf /?', options: ['Allow', 'Deny'], recommended: null })
  const { message: prompt } = (permission as { value: { message: MessageId } }).value
  expect(await inboxOf(designer)).toHaveLength(before)
  expect(await tool(designer, 'answer', { message: prompt, text: 'Allow' })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  await t.engine.report({ type: 'ask-closed', session: auth, message: prompt, reason: 'the turn ended', terminal: null })
  expect((await state()).messages.find((m) => m.id === prompt)).toMatchObject({ state: 'withdrawn' })
})

test('a dialog is over with the answer to its question, before its CLI says so', async () => {
  const reply = await t.engine.report({ type: 'ask', session: auth, id: randomUUID(), origin: 'native', question: 'Which store?', options: ['Redis', 'Postgres'], recommended: null })
  const { message } = (reply as { value: { message: MessageId } }).value
  await t.engine.report({ type: 'frame', session: auth, frame: { type: 'cli-status', status: 'dialog', at: new Date().toISOString() } })
  await t.engine.dispatch('message.answer', { message, option: 1 }, { actor: owner })
  expect((await state()).sessions.find((s) => s.id === auth)).toMatchObject({ status: 'working' })
  expect((await state()).attention.filter((a) => a.session === auth)).toEqual([])
})

test('what is answered in the terminal is answered by nobody by name; who comes later hears of it, and so does the designer', async () => {
  const reply = await t.engine.report({ type: 'ask', session: auth, id: randomUUID(), origin: 'native', question: 'Which store?', options: ['Redis', 'Postgres'], recommended: null })
  const { message } = (reply as { value: { message: MessageId } }).value
  const [toAuth, toDesigner] = [(await inboxOf(auth)).length, (await inboxOf(designer)).length]
  const closed = { type: 'ask-closed', session: auth, message, reason: 'Answered in the terminal.', terminal: { answer: 'Postgres' } } as const
  await t.engine.report(closed)
  await t.engine.report({ ...closed, terminal: { answer: 'Redis' } })
  expect((await state()).messages.find((m) => m.id === message)).toMatchObject({ state: 'answered', answer: { text: 'Postgres', by: { kind: 'system', part: 'terminal' } } })
  expect((await state()).attention.filter((a) => a.session === auth)).toEqual([])
  const late = await t.engine.dispatch('message.answer', { message, option: 0 }, { actor: owner })
  expect(late).toMatchObject({ ok: false, problem: { code: 'already_answered', message: expect.stringMatching(/Somebody in the terminal of auth answered at .* ago\): Postgres/) } })
  expect(await inboxOf(auth)).toHaveLength(toAuth)
  const told = (await inboxOf(designer)).slice(toDesigner)
  expect(told).toHaveLength(1)
  expect(told[0]?.delivery).toMatchObject({ voice: 'system', text: expect.stringContaining('auth\'s question "Which store?" was answered in its terminal: Postgres') })
})

test('tools are checked by the role in the row and by their shape', async () => {
  expect(await tool(auth, 'spawn_executor', { name: 'x', instructions: 'y' })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  expect(await tool(auth, 'answer', { message: randomUUID(), text: 'y' })).toMatchObject({ ok: false, problem: { code: 'message_unknown' } })
  expect(await tool(auth, 'send_message', { to: 'api' })).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
  expect(await tool(auth, 'send_message', { to: 'nobody', text: 'hi' })).toMatchObject({ ok: false, problem: { code: 'session_unknown' } })
  expect(await tool('ghost' as SessionId, 'list_sessions', {})).toMatchObject({ ok: false, problem: { code: 'session_unknown' } })
  expect(await tool(designer, 'spawn_executor', { name: 'Third', instructions: 'y' })).toMatchObject({ ok: true, value: { text: expect.stringContaining('Created executor "third"') } })
  expect(await tool(auth, 'list_sessions', {})).toMatchObject({ ok: true, value: { text: expect.stringContaining('auth (you): executor, idle, branch auth → main') } })
})

test('executors write to each other; a receipt moves the state on and never back', async () => {
  expect(await tool(auth, 'send_message', { to: 'api', text: 'The token is in the header.' })).toMatchObject({ ok: true, value: { text: expect.stringContaining('Sent') } })
  const [item] = await inboxOf(api)
  expect(item?.delivery).toMatchObject({ voice: 'session', text: '[From: auth]\nThe token is in the header.' })
  const id = item?.delivery.message as MessageId
  const delivery = async () => (await state()).messages.find((m) => m.id === id)?.delivery
  expect(await delivery()).toBe('queued')
  const receipt = (session: SessionId, s: 'delivered' | 'seen') => t.frame(session, { type: 'receipt', messages: [id], state: s, at: new Date().toISOString() })
  await receipt(auth, 'delivered')
  expect(await delivery()).toBe('queued')
  await receipt(api, 'seen')
  await receipt(api, 'delivered')
  expect(await delivery()).toBe('seen')
  expect(await tool(api, 'read_messages', {})).toMatchObject({ ok: true, value: { text: expect.stringContaining('The token is in the header.') } })
})

test('the end of a turn answers what stood in the conversation by then, also where the receipt that it was seen got lost', async () => {
  const send = async (text: string): Promise<MessageId> => {
    expect(await tool(auth, 'send_message', { to: 'api', text })).toMatchObject({ ok: true })
    const id = (await inboxOf(api)).at(-1)?.delivery.message as MessageId
    await t.frame(api, { type: 'receipt', messages: [id], state: 'delivered', at: new Date().toISOString() })
    return id
  }
  const before = await send('Read in this turn.')
  const ended = new Date(Date.now() + 1).toISOString()
  await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(ended) + 1)
  const after = await send('Came when it was over.')
  await t.events(api, 2, { type: 'turn.ended', at: ended, text: 'Done.' })
  const delivery = async (id: MessageId) => (await state()).messages.find((m) => m.id === id)
  expect(await delivery(before)).toMatchObject({ delivery: 'answered', seenAt: expect.any(String) as string })
  expect(await delivery(after)).toMatchObject({ delivery: 'delivered', seenAt: null })
})

test('a message to all has a receipt for each receiver', async () => {
  const sent = await t.engine.dispatch('message.send', { to: 'all', text: 'Stop using v1.', kind: 'note' }, { actor: owner })
  const { message } = (sent as { value: { message: MessageId } }).value
  await t.engine.settled()
  const items = t.bus.inbox.filter((i) => i.item.delivery.text.includes('Stop using v1.'))
  expect(items.map((i) => i.session).sort()).toEqual(['api', 'auth', 'designer'])
  for (const { session, item } of items) await t.frame(session, { type: 'receipt', messages: [item.delivery.message], state: 'delivered', at: new Date().toISOString() })
  const mine = (await state()).messages.filter((m) => m.text === 'Stop using v1.')
  expect(mine).toEqual([expect.objectContaining({ id: message, delivery: 'delivered' })])
})

test('complete says so until it works again', async () => {
  await tool(auth, 'complete', { summary: 'Done.', tested: 'npm test: 34 passed' })
  const status = async () => (await state()).sessions.find((s) => s.id === auth)?.status
  expect(await status()).toBe('complete')
  expect((await inboxOf(designer)).at(-1)?.delivery.text).toBe('[From: auth]\nCOMPLETE: Done.\nTested: npm test: 34 passed')
  const [complete] = (await state()).attention.filter((a) => a.kind === 'complete')
  expect(complete).toMatchObject({ session: auth })
  await t.engine.dispatch('attention.dismiss', { id: complete?.id ?? '' }, { actor: owner })
  expect((await state()).attention.filter((a) => a.kind === 'complete')).toEqual([])
  await t.events(auth, 2, { type: 'prompt', at: new Date().toISOString(), text: 'More', messages: [] })
  expect(await status()).toBe('idle')
})

test('events arrive once, whatever is sent again', async () => {
  const event = { type: 'tool.started', at: new Date().toISOString(), call: '1', tool: 'Bash', input: { command: 'npm test' } } as const
  await t.events(auth, 2, event, { ...event, call: '2' })
  await t.events(auth, 2, event, { ...event, call: '2' }, { ...event, call: '3' })
  const events = await t.store.read.events({ session: auth, limit: 50, types: ['agent'] })
  expect(events.map((e) => (e.type === 'agent' && e.data.type === 'tool.started' ? e.data.call : null)).filter(Boolean)).toEqual(['1', '2', '3'])
  expect((await t.engine.timeline(auth, { limit: 10 })).entries.length).toBeGreaterThan(0)
})

test('usage is counted once and priced; a limit is shown until a request succeeds', async () => {
  const usage = { type: 'usage', session: auth, request: randomUUID(), model: 'claude-sonnet-4-5', tokens: { input: 1000, output: 100, cacheRead: 0, cacheWrite: 0 }, status: 200, window: null, at: new Date().toISOString() } as const
  await t.engine.report({ type: 'limited', session: auth, until: new Date(Date.now() + 3_600_000).toISOString(), text: 'Limit reached', at: usage.at })
  expect((await state()).sessions.find((s) => s.id === auth)?.status).toBe('limited')
  await t.engine.report(usage)
  await t.engine.report(usage)
  const view = (await state()).sessions.find((s) => s.id === auth)
  expect(view).toMatchObject({ status: 'idle', usage: { tokens: { input: 1000, output: 100 } } })
  expect(view?.usage.costUsd).toBeGreaterThan(0)
})

test('two sessions that only answer each other are stopped, the person is told once, and their word lets them go on', async () => {
  for (const id of [auth, api]) await t.store.transact(async (tx) => { const row = await tx.session(id); if (row) await tx.putSession({ ...row, hops: limits.messageHops - 2 }) })
  const replies = []
  for (let i = 0; i < 6; i += 1) replies.push((await tool(i % 2 ? api : auth, 'send_message', { to: i % 2 ? 'auth' : 'api', text: `${i}` })).ok)
  expect(replies).toEqual([true, true, false, true, false, true])
  const told = (await state()).messages.filter((m) => m.kind === 'error')
  expect(told.map((m) => actorName(m.from))).toEqual(['auth'])
  expect(await tool(auth, 'complete', { summary: 'x', tested: 'y' })).toMatchObject({ ok: true })
  await t.engine.dispatch('message.send', { to: auth, text: 'Go on.', kind: 'note' }, { actor: owner })
  expect(await tool(auth, 'send_message', { to: 'api', text: 'again' })).toMatchObject({ ok: true })
})

test('a session asks what it may do; over its budget it is paused with a message, and more of it lets it go on', async () => {
  const spend = (tokens: number) => t.engine.report({ type: 'usage', session: auth, request: randomUUID(), model: 'claude-sonnet-4-5', tokens: { input: tokens, output: 0, cacheRead: 9_000_000, cacheWrite: 0 }, status: 200, window: null, at: new Date().toISOString() })
  const allowance = () => t.engine.report({ type: 'allowance', session: auth })
  const view = async () => (await state()).sessions.find((s) => s.id === auth)
  await t.engine.dispatch('settings.save', { budgetTokens: 1000, models: ['claude-sonnet-*'], providerTools: ['web_search'] }, { actor: owner })
  await spend(400)
  expect(await allowance()).toMatchObject({ ok: true, value: { budget: { usd: null, tokens: 1000 }, spent: { tokens: 400 }, models: ['claude-sonnet-*'], providerTools: ['web_search'] } })
  await t.engine.settled()
  const before = t.bus.reallowed
  await t.engine.report({ type: 'over-budget', session: auth })
  await expect.poll(() => t.bus.reallowed).toBe(before + 1)
  expect(await view()).toMatchObject({ status: 'idle' })

  await spend(600)
  await t.engine.report({ type: 'over-budget', session: auth })
  await t.engine.report({ type: 'over-budget', session: auth })
  await t.engine.settled()
  expect(await view()).toMatchObject({ status: 'paused', pausedBy: 'budget', statusText: expect.stringContaining('1000 of 1000 tokens'), budget: { tokens: 1000 } })
  expect(t.runtime.containers.get(auth)?.state).toBe('paused')
  expect((await state()).messages.filter((m) => m.text.includes('budget'))).toHaveLength(1)
  expect((await state()).attention).toContainEqual(expect.objectContaining({ session: auth, kind: 'error', text: expect.stringContaining('budget') }))
  expect(await t.engine.dispatch('session.continue', { session: auth }, { actor: owner })).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
  expect(await t.engine.dispatch('session.budget', { session: auth, usd: null, tokens: 5000 }, { actor: { kind: 'session', id: auth } })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })

  await t.engine.dispatch('session.budget', { session: auth, usd: null, tokens: 5000 }, { actor: owner })
  await t.engine.settled()
  expect(await view()).toMatchObject({ status: 'idle', pausedBy: null, budget: { tokens: 5000 } })
  expect(t.runtime.containers.get(auth)?.state).toBe('running')
  expect(t.bus.reallowed).toBe(before + 2)
})

test('a session that floods is refused', async () => {
  const replies = await Promise.all(Array.from({ length: 61 }, (_, i) => tool(auth, 'send_message', { to: 'api', text: `${i}` })))
  expect(replies.find((r) => !r.ok)).toMatchObject({ ok: false, problem: { code: 'rate_limited' } })
  expect(replies.filter((r) => r.ok)).toHaveLength(60)
})
