import { randomUUID } from 'node:crypto'
import type { MessageId } from '@orchestra/contracts'
import { toolsOf } from '@orchestra/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AgentEnd, overSocket, serve } from '../harness/relay.ts'
import type { Served } from '../harness/relay.ts'
import { answerTo, now, sessionId, startStack, unbounded } from './fixture.ts'
import type { Stack } from './fixture.ts'

let stack: Stack
let model: Served
const executor = sessionId('auth')
const designer = sessionId('designer')

beforeAll(async () => {
  model = await serve((_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  stack = await startStack({ ORCHESTRA_ASK_WAIT: '1.5' })
  await stack.bus.openSession(executor, 'executor')
  await stack.bus.openSession(designer, 'designer')
})
afterAll(async () => { await stack.stop(); await model.close() })

const rpc = async (session: string, method: string, params: unknown, signal?: AbortSignal) => {
  const reply = await overSocket(stack.socket(session), '/mcp', {
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), signal,
  })
  const data = reply.body.split('\n').filter((line) => line.startsWith('data:')).map((line) => JSON.parse(line.slice(5)))
  return { status: reply.status, result: data.find((one) => one.id === 1)?.result, all: data, body: reply.body }
}
const call = (session: string, name: string, args: unknown, signal?: AbortSignal) => rpc(session, 'tools/call', { name, arguments: args, _meta: { progressToken: 'p' } }, signal)
const asked = () => stack.reports.filter((report) => report.type === 'ask')

test('each role is shown its tools', async () => {
  for (const [session, role] of [[executor, 'executor'], [designer, 'designer']] as const) {
    const { result } = await rpc(session, 'tools/list', {})
    expect(result.tools.map((tool: { name: string }) => tool.name)).toEqual(toolsOf(role))
    expect(result.tools[0].inputSchema).toMatchObject({ type: 'object', required: ['question'] })
  }
})

test('a call carries the session of its socket, whatever its arguments say', async () => {
  const { result } = await call(executor, 'send_message', { to: 'designer', text: 'hi', session: 'designer', from: 'designer' })
  expect(result.content).toEqual([{ type: 'text', text: 'send_message by auth' }])
  expect(stack.calls.at(-1)).toMatchObject({ session: executor, tool: 'send_message', args: { to: 'designer', text: 'hi' } })
})

test('a tool of another role, wrong arguments and a problem are errors with the next step', async () => {
  expect((await call(executor, 'merge', { session: 'x' })).result).toMatchObject({ isError: true })
  const wrong = await call(executor, 'send_message', { to: 'designer' })
  expect(wrong.result).toMatchObject({ isError: true })
  expect(wrong.result.content[0].text).toContain('text')
  stack.answer.call = () => ({ ok: false, problem: { code: 'session_unknown', message: 'No session "x".', next: 'List the sessions.' } })
  expect((await call(designer, 'get_diff', { session: 'x' })).result).toEqual({ isError: true, content: [{ type: 'text', text: 'No session "x". (session_unknown)\nList the sessions.' }] })
})

test('an answer while the call is held is its result, and does not arrive as a message too', async () => {
  const question = randomUUID() as MessageId
  stack.answer.report = (report) => ({ ok: true, value: report.type === 'ask' ? { message: question } : report.type === 'allowance' ? unbounded : {} })
  const agent = new AgentEnd(stack.socket(executor))
  await agent.next('welcome')
  const pending = call(executor, 'ask', { question: 'Redis or memory?', options: ['Redis', 'memory'], recommended: 1 })
  await expect.poll(asked).toMatchObject([{ origin: 'tool', question: 'Redis or memory?', options: ['Redis', 'memory'], recommended: 1 }])
  const item = answerTo(question, 'Redis')
  await stack.bus.putInbox(executor, item)
  expect((await pending).result.content[0].text).toBe(`Answer from owner: Redis\n(answer ${item.delivery.message})`)
  await expect.poll(() => stack.reports.filter((report) => report.type === 'frame' && report.frame.type === 'receipt')).toMatchObject([{ frame: { messages: [item.delivery.message], state: 'delivered' } }])
  await stack.bus.control(executor, { type: 'sync' })
  await agent.next('sync')
  expect(brought(agent)).toEqual([])
  await agent.close()
  // It has been read when the model is asked with it. Without a credential the request goes nowhere, and shows nothing.
  const receipts = () => stack.reports.flatMap((report) => (report.type === 'frame' && report.frame.type === 'receipt' ? [report.frame.state] : []))
  const askModel = (content: string) => overSocket(stack.socket(executor), '/llm/v1/messages', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }) })
  await askModel(`Answer from owner: Redis\n(answer ${item.delivery.message})`)
  await stack.bus.saveCredential({ kind: 'api-key', secret: 'sk-test-0123456789', baseUrl: model.url })
  await askModel('Answer from owner: Redis')
  expect(receipts()).toEqual(['delivered'])
  await askModel(`Answer from owner: Redis\n(answer ${item.delivery.message})`)
  await expect.poll(receipts).toEqual(['delivered', 'seen'])
  // Read, but not known to be written down: an agentd that begins again says whether its conversation has it. Then nothing is left to be brought.
  const next = new AgentEnd(stack.socket(executor), undefined, randomUUID())
  expect((await next.next('deliver')).deliveries).toEqual([item.delivery])
  next.send({ type: 'receipt', messages: [item.delivery.message], state: 'delivered', at: now() })
  await expect.poll(async () => (await stack.bus.inboxes())?.get(executor) ?? 0).toBe(0)
  await next.close()
  const last = new AgentEnd(stack.socket(executor), undefined, randomUUID())
  expect(await last.next('inbox')).toEqual({ type: 'inbox', state: 'empty' })
  expect(brought(last)).toEqual([])
  await last.close()
})

test('an answer that was read and written down is not brought again when its CLI ends', async () => {
  const question = randomUUID() as MessageId
  stack.answer.report = (report) => ({ ok: true, value: report.type === 'ask' ? { message: question } : report.type === 'allowance' ? unbounded : {} })
  const agent = new AgentEnd(stack.socket(executor))
  await agent.next('welcome')
  const before = asked().length
  const pending = call(executor, 'ask', { question: 'Sure?' })
  await expect.poll(() => asked().length).toBe(before + 1)
  const item = answerTo(question, 'yes')
  await stack.bus.putInbox(executor, item)
  await pending
  agent.send({ type: 'receipt', messages: [item.delivery.message], state: 'delivered', at: now() })
  await expect.poll(async () => (await stack.bus.inboxes())?.get(executor) ?? 0).toBe(0)
  agent.send({ type: 'cli-status', status: 'exited', at: now() })
  expect(await agent.next('inbox')).toEqual({ type: 'inbox', state: 'empty' })
  expect(brought(agent)).toEqual([])
  await agent.close()
})

const brought = (agent: AgentEnd) => agent.waiting().filter((f) => f.type === 'deliver')

describe('an answer that a held call was given and no request to the model shows', () => {
  const given = async () => {
    const question = randomUUID() as MessageId
    stack.answer.report = (report) => ({ ok: true, value: report.type === 'ask' ? { message: question } : report.type === 'allowance' ? unbounded : {} })
    const before = asked().length
    const pending = call(executor, 'ask', { question: 'Sure?' })
    await expect.poll(() => asked().length).toBe(before + 1)
    const item = answerTo(question, 'yes')
    await stack.bus.putInbox(executor, item)
    expect((await pending).result.content[0].text).toContain('yes')
    return item.delivery
  }
  const broughtOnce = async (agent: AgentEnd, delivery: { message: MessageId }) => {
    expect((await agent.next('deliver')).deliveries).toEqual([delivery])
    agent.send({ type: 'receipt', messages: [delivery.message], state: 'delivered', at: now() })
    await expect.poll(async () => (await stack.bus.inboxes())?.get(executor) ?? 0).toBe(0)
    await agent.close()
  }

  test.each([
    ['the CLI ends', (agent: AgentEnd) => agent.send({ type: 'cli-status', status: 'exited', at: now() })],
    ['the turn ends without it', (agent: AgentEnd) => agent.send({ type: 'events', from: 1, events: [{ type: 'turn.failed', error: 'interrupted', text: '', at: new Date(Date.now() + 1000).toISOString() }] })],
  ])('goes again as a message when %s', async (_name, how) => {
    const agent = new AgentEnd(stack.socket(executor))
    await agent.next('welcome')
    const delivery = await given()
    how(agent)
    await broughtOnce(agent, delivery)
  })

  test('goes again as a message when its container was started again', async () => {
    const delivery = await given()
    const before = new AgentEnd(stack.socket(executor))
    await before.next('welcome')
    await before.close()
    const agent = new AgentEnd(stack.socket(executor), undefined, randomUUID())
    await broughtOnce(agent, delivery)
  })

  test('goes again as a message when the relay was started again', async () => {
    const delivery = await given()
    await stack.restartRelay()
    await broughtOnce(new AgentEnd(stack.socket(executor)), delivery)
  })

  test('stays where it is while the CLI goes on, and through an end of an earlier turn', async () => {
    const agent = new AgentEnd(stack.socket(executor))
    await agent.next('welcome')
    const past = new Date(Date.now() - 1000).toISOString()
    const delivery = await given()
    agent.send({ type: 'events', from: 1, events: [{ type: 'turn.ended', text: '', at: past }] })
    agent.send({ type: 'cli-status', status: 'busy', at: now() })
    await agent.next('events-ack')
    expect(brought(agent)).toEqual([])
    agent.send({ type: 'cli-status', status: 'exited', at: now() })
    await broughtOnce(agent, delivery)
  })
})

test('an answer that is there before the relay knows its question is still the result', async () => {
  const question = randomUUID() as MessageId
  let put = Promise.resolve()
  stack.answer.report = (report) => {
    if (report.type === 'ask') put = stack.bus.putInbox(executor, answerTo(question, 'at once'))
    return { ok: true, value: report.type === 'ask' ? { message: question } : {} }
  }
  expect((await call(executor, 'ask', { question: 'Quick?' })).result.content[0].text).toMatch(/^Answer from owner: at once\n/)
  await put
})

test('no answer in time: the call ends, the answer comes as a message', async () => {
  const question = randomUUID() as MessageId
  stack.answer.report = (report) => ({ ok: true, value: report.type === 'ask' ? { message: question } : {} })
  expect((await call(executor, 'ask', { question: 'Slow?' })).result.content[0].text).toMatch(/^asked; go on/)
  const item = answerTo(question, 'late')
  await stack.bus.putInbox(executor, item)
  const agent = new AgentEnd(stack.socket(executor))
  const deliver = await agent.next('deliver')
  expect(deliver.deliveries).toEqual([item.delivery])
  agent.send({ type: 'receipt', messages: [item.delivery.message], state: 'delivered', at: now() })
  await agent.close()
})

test('the CLI\'s own question is held until it is answered, and withdrawn when it hangs up', async () => {
  const question = randomUUID() as MessageId
  stack.answer.report = (report) => ({ ok: true, value: report.type === 'ask' ? { message: question } : {} })
  const post = (signal?: AbortSignal) => overSocket(stack.socket(executor), '/ask', { body: JSON.stringify({ origin: 'permission', question: 'Run rm?', options: ['yes', 'no'] }), signal })
  const before = asked().length
  const pending = post()
  await expect.poll(() => asked().length).toBe(before + 1)
  const item = answerTo(question, 'no')
  await stack.bus.putInbox(executor, item)
  expect(JSON.parse((await pending).body)).toEqual({ text: 'no', option: null, by: 'owner', message: item.delivery.message })

  const hangUp = new AbortController()
  const dropped = post(hangUp.signal)
  await expect.poll(() => asked().length).toBe(before + 2)
  hangUp.abort()
  await expect(dropped).rejects.toThrow()
  await expect.poll(() => stack.reports.filter((report) => report.type === 'ask-closed')).toMatchObject([{ message: question }])
})

test('a question that was answered in the terminal while no relay held it is closed when it is asked again', async () => {
  const [question, ask] = [randomUUID() as MessageId, randomUUID()]
  stack.answer.report = (report) => ({ ok: true, value: report.type === 'ask' ? { message: question } : {} })
  await overSocket(stack.socket(executor), '/ask/settled', { body: JSON.stringify({ id: ask, how: 'terminal', answer: 'Postgres' }) })
  const again = await overSocket(stack.socket(executor), '/ask', { headers: { 'x-ask': ask }, body: JSON.stringify({ origin: 'native', question: 'Which?', options: [] }) })
  expect(again.status).toBe(409)
  expect(stack.reports.filter((report) => report.type === 'ask-closed').at(-1)).toMatchObject({ message: question, reason: 'Answered in the terminal.', terminal: { answer: 'Postgres' } })
})

test('a question asked again after a restart of the relay gets the answer that came meanwhile', async () => {
  const question = randomUUID() as MessageId
  const ask = randomUUID()
  stack.answer.report = (report) => ({ ok: true, value: report.type === 'ask' ? { message: question } : {} })
  const post = () => overSocket(stack.socket(executor), '/ask', { headers: { 'x-ask': ask }, body: JSON.stringify({ origin: 'native', question: 'Which?', options: [] }) })
  const closedBefore = stack.reports.filter((report) => report.type === 'ask-closed').length
  const before = asked().length
  const cut = post()
  await expect.poll(() => asked().length).toBe(before + 1)
  await Promise.all([expect(cut).rejects.toThrow(), stack.restartRelay()])
  await stack.bus.putInbox(executor, answerTo(question, 'that one'))
  expect(JSON.parse((await post()).body)).toMatchObject({ text: 'that one' })
  expect(asked().slice(before).map((report) => report.id)).toEqual([ask, ask])
  expect(stack.reports.filter((report) => report.type === 'ask-closed')).toHaveLength(closedBefore)
})

test('a flood of messages is refused by the minute', async () => {
  stack.answer.call = () => ({ ok: true, value: { text: 'sent' } })
  const results = await Promise.all(Array.from({ length: 70 }, () => call(designer, 'send_message', { to: 'all', text: 'x' })))
  const refused = results.filter((one) => one.result.isError)
  expect(refused).toHaveLength(10)
  expect(refused[0]?.result.content[0].text).toContain('rate_limited')
})

test('a check has its link, its log and the registries, and nothing else of a session', async () => {
  const check = sessionId('check-1')
  await stack.bus.openSession(check, 'check')
  const before = stack.reports.length + stack.calls.length
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'send_message', arguments: { to: 'designer', text: 'x' } } })
  for (const [path, body] of [['/mcp', call], ['/llm/v1/messages', '{"model":"m"}'], ['/ask', '{"origin":"native","question":"x","options":[]}'], ['/push/pack', 'PACK']] as const)
    expect((await overSocket(stack.socket(check), path, { headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body })).status, path).toBe(403)
  expect(stack.reports.length + stack.calls.length).toBe(before)
  new AgentEnd(stack.socket(check))
  await expect.poll(() => stack.reports.some((r) => r.type === 'link' && r.session === check)).toBe(true)
})
