/** The CLI's own inbox: the way in, and its receipt. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Block } from './support/model.ts'
import { Session } from './support/session.ts'
import { given, longCall, said, timesIn } from './support/turns.ts'

let session: Session
const times = (part: string) => timesIn(session, part)

beforeEach(async () => {
  session = await Session.create({ brief: 'Begin.' })
})
afterEach(() => session.stop())
const renew = async (options: Parameters<typeof Session.create>[0]) => {
  await session.stop()
  session = await Session.create(options)
}

describe('a message', () => {
  it('begins a turn in an idle session; receipts say delivered, then seen', async () => {
    session.relay.decide = () => said('fine')
    await session.start()
    await session.relay.event('turn.ended')
    const id = await session.deliver('[From: auth] QUESTION: which port?')
    await session.relay.frame('receipt', (f) => f.state === 'seen' && f.messages.some((m) => m === id))
    const prompt = await session.relay.event('prompt', (e) => e.messages.some((m) => m === id))
    expect(prompt.text).toBe('[From: auth] QUESTION: which port?')
    const request = session.relay.model.requests.at(-1)
    expect(request?.text).toContain('QUESTION: which port?')
    expect(request?.text).not.toContain("the user's own word")
  })

  it('is read between two tool calls while the agent works, once', async () => {
    session.relay.decide = (r) => (r.text.includes('went') ? said('done') : longCall)
    await session.start()
    await session.relay.event('tool.started')
    const id = session.send('[From: auth] while you work')
    // Longer than agentd waits before it looks whether the CLI took the text in.
    await session.relay.until('the text is enqueued', async () => (await session.transcript()).includes('while you work'))
    await session.sh('sleep 4; touch /tmp/go')
    await session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))
    await session.relay.event('turn.ended')
    expect(times('while you work')).toBe(1)
  })

  it.each(['/clear', '!touch /workspace/pwned', '#note to keep', '-h', '@readme.md look', 'bell\u0007 and\ttab', '\u001b[2K\u0003cleared'])('that reads %j is plain text', async (text) => {
    session.relay.decide = () => said('fine')
    await session.start()
    await session.relay.event('turn.ended')
    await session.deliver(text)
    const request = await session.relay.until('the second turn', () => session.relay.model.requests[1])
    expect(request.text).toContain('Begin.')
    expect(request.text).toContain(text.replaceAll(/[^ -~]/g, ' ').trim().split(' ')[0])
    expect(await session.sh('ls /workspace')).toBe('readme.md')
  })

  it('that comes while the CLI starts is read once it is there', async () => {
    session.relay.decide = () => said('fine')
    await session.start()
    await session.relay.frame('hello')
    const id = session.send('[From: auth] you are early')
    await session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))
    await session.relay.until('it is read', () => times('you are early') === 1)
    expect(given(await session.transcript(), 'you are early')).toBe(1)
  })

  it('that comes in the moment in which a turn ends is read once', async () => {
    let id = ''
    session.relay.decide = () => {
      if (id === '') id = session.send('[From: auth] at the very end')
      return said('over')
    }
    await session.start()
    await session.relay.until('it is sent', () => id !== '')
    await session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))
    await session.relay.until('it is read', () => times('at the very end') === 1)
    expect(given(await session.transcript(), 'at the very end')).toBe(1)
  })

  it("leaves a person's half-typed line as it was", async () => {
    session.relay.decide = () => said('fine')
    await session.start()
    await session.relay.event('turn.ended')
    await session.type('half a thought')
    await session.deliver('[From: auth] hello')
    await session.relay.until('the answer', () => session.relay.events.filter((e) => e.type === 'turn.ended').length === 2)
    expect(await session.screen()).toContain('half a thought')
    expect(session.relay.model.requests.at(-1)?.text).not.toContain('half a thought')
  })

  it('of the person is vouched for as theirs', async () => {
    session.relay.decide = () => said('fine')
    await session.start()
    await session.relay.event('turn.ended')
    await session.deliver('[From: owner] use 24 hours', 'person')
    await session.relay.until('the vouching', () => session.relay.model.requests.at(-1)?.text.includes("the user's own word"))
  })

  it('that is brought again after its receipt only gets the receipt again', async () => {
    session.relay.decide = () => said('fine')
    await session.start()
    await session.relay.event('turn.ended')
    const id = await session.deliver('[From: auth] once')
    await session.relay.until('the request', () => times('[From: auth] once') === 1)
    const receipts = () => session.relay.frames.filter((f) => f.type === 'receipt' && f.state === 'delivered' && f.messages.some((m) => m === id)).length
    expect(receipts()).toBe(1)
    session.relay.send({ type: 'deliver', deliveries: [{ message: id as never, voice: 'session', text: '[From: auth] once' }] })
    await session.relay.until('the second receipt', () => receipts() === 2)
    expect(times('[From: auth] once')).toBe(1)
  })

  it('that waits in a CLI that dies is posted again', async () => {
    session.relay.decide = (r) => (r.text.includes('survivor') ? said('done') : longCall)
    await session.start()
    await session.relay.event('tool.started')
    const id = session.send('[From: auth] survivor')
    await session.relay.until('it is enqueued', async () => (await session.transcript()).includes('survivor'))
    await session.killCli()
    await session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))
    await session.relay.event('turn.ended')
    expect(times('survivor')).toBe(1)
  })
})

it('that comes while the CLI compacts its conversation is read afterwards, once', async () => {
  let begun: () => void = () => undefined
  let finish: () => void = () => undefined
  const compacting = new Promise<void>((resolve) => { begun = resolve })
  const finished = new Promise<void>((resolve) => { finish = resolve })
  const isCompaction = (text: string) => /detailed summary of (the|our) conversation/i.test(text)
  session.relay.decide = (r) => {
    if (!isCompaction(r.last)) return said('fine')
    begun()
    return finished.then(() => said('<summary>They said Begin.</summary>'))
  }
  await session.start()
  await session.relay.event('turn.ended')
  await session.type('/compact', 'Enter')
  await compacting
  await session.relay.event('notice', (e) => e.text.includes('compacted'))
  const id = session.send('[From: auth] while you compact')
  // Taken in by the CLI or kept by agentd: either way nothing says that it is read.
  await session.sh('sleep 3')
  expect(session.relay.frames.some((f) => f.type === 'receipt')).toBe(false)
  finish()
  await session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))
  await session.relay.until('it is read', () => times('while you compact') === 1)
  await session.relay.event('turn.ended', (e) => e.text === 'fine')
  await session.relay.frame('receipt', (f) => f.state === 'seen' && f.messages.some((m) => m === id))
  expect(given(await session.transcript(), 'while you compact')).toBe(1)
  expect(session.relay.model.requests.at(-1)?.text).toContain('They said Begin.')
})

it('a dialog that is open stays as it is; what comes meanwhile is read when it is answered, once', async () => {
  await renew({ permissionMode: 'ask' })
  let allow: () => void = () => undefined
  session.relay.answer = () => new Promise((resolve) => { allow = () => resolve({ text: 'Allow', option: 0, by: 'owner' }) })
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? [{ type: 'tool_use', name: 'Bash', input: { command: 'touch /workspace/made' } }] : said('over'))
  await session.start()
  await session.relay.frame('cli-status', (f) => f.status === 'dialog')
  const before = await session.screen()
  const id = session.send('[From: auth]\n1')
  await session.relay.until('the CLI has it', async () => (await session.transcript()).includes('"enqueue"'))
  expect(session.relay.frames.some((f) => f.type === 'receipt')).toBe(false)
  expect(await session.sh('ls /workspace')).toBe('readme.md')
  expect((await session.screen()).includes('touch /workspace/made')).toBe(before.includes('touch /workspace/made'))
  allow()
  await session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))
  expect(await session.sh('ls /workspace')).toContain('made')
})

it('a question of the CLI that waits stays open; what comes meanwhile is read after its answer, once', async () => {
  await renew({})
  let answer: () => void = () => undefined
  session.relay.answer = () => new Promise((resolve) => { answer = () => resolve({ text: 'Postgres', option: 1, by: 'owner' }) })
  const ask: Block[] = [{ type: 'tool_use', name: 'AskUserQuestion', input: { questions: [{ question: 'Which store?', header: 'Store', multiSelect: false, options: [{ label: 'Redis', description: 'fast' }, { label: 'Postgres', description: 'there' }] }] } }]
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? ask : said('over'))
  await session.start()
  await session.relay.until('the question', () => session.relay.asks.length === 1)
  const id = session.send('[From: auth]\n1 is what I would take')
  await session.relay.until('the CLI has it', async () => (await session.transcript()).includes('"enqueue"'))
  expect(session.relay.frames.some((f) => f.type === 'receipt')).toBe(false)
  answer()
  await session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))
  await session.relay.until('it is read', () => times('1 is what I would take') === 1)
  expect(session.relay.model.requests.at(-1)?.text).toContain('\\"Which store?\\"=\\"Postgres\\"')
})

it('what gathered in a long absence is read in order, some at a time, as the words of the person', async () => {
  await renew({ brief: null, role: 'designer' })
  session.relay.decide = () => said('fine')
  await session.start()
  await session.relay.frame('hello')
  const ids = Array.from({ length: 500 }, (_, i) => session.send(`[From: person]\nnumber ${i};`, 'person'))
  const read = () => new Set(session.relay.frames.flatMap((f) => (f.type === 'receipt' && f.state === 'delivered' ? f.messages : [])))
  await session.relay.until('all receipts', () => read().size === ids.length, 100_000)
  const prompts = session.relay.events.flatMap((e) => (e.type === 'prompt' ? [e.text] : []))
  expect(prompts.flatMap((p) => [...p.matchAll(/number (\d+);/g)].map((m) => Number(m[1])))).toEqual(ids.map((_, i) => i))
  expect(prompts.length).toBeLessThanOrEqual(12)
  await session.relay.until('the last request', () => session.relay.model.requests.at(-1)?.text.includes('number 499;'))
  expect(session.relay.model.requests.at(-1)?.text).toContain("the user's own word")
}, 120_000)

it('fifty messages at once arrive, in order, none twice', async () => {
  session.relay.decide = () => said('fine')
  await session.start()
  await session.relay.event('turn.ended')
  const ids = Array.from({ length: 50 }, (_, i) => session.send(`[From: auth] number ${i};`))
  await session.relay.until('all receipts', () => ids.every((id) => session.relay.frames.some((f) => f.type === 'receipt' && f.state === 'delivered' && f.messages.some((m) => m === id))), 50_000)
  await session.relay.until('the last request', () => session.relay.model.requests.at(-1)?.text.includes('number 49;'))
  const found = [...(session.relay.model.requests.at(-1)?.text.matchAll(/number (\d+);/g) ?? [])].map((m) => Number(m[1]))
  expect(found).toEqual(Array.from({ length: 50 }, (_, i) => i))
}, 90_000)
