/** A CLI or its container dies in the middle of a turn: what its conversation goes on with. */
import { randomUUID } from 'node:crypto'
import { link } from '@orchestra/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Block } from './support/model.ts'
import { Session, cliPid } from './support/session.ts'
import { given, longCall, said, timesIn } from './support/turns.ts'

let session: Session
const times = (part: string) => timesIn(session, part)

beforeEach(async () => {
  session = await Session.create({ brief: 'Begin.' })
})
afterEach(() => session.stop())

const wasStopped = 'stopped in the middle of your last turn'

it('a turn that began as the last one ended goes on after a death, too', async () => {
  session.relay.decide = (r) => (r.text.includes(wasStopped) ? said('going on') : r.text.includes('do it') ? longCall : said('fine'))
  await session.start()
  await session.relay.event('prompt')
  session.send('[From: person]\ndo it', 'person')
  await session.relay.event('tool.started')
  await session.killCli()
  await session.relay.event('turn.ended', (e) => e.text === 'going on')
  expect(session.relay.model.requests.at(-1)?.text).toContain('Under way: Bash:')
})

describe('a session that was cut off while it asked', () => {
  const id = randomUUID()
  const answer = { message: id, voice: 'person' as const, text: '[From: person]\nANSWER: (to your question "Which store?") Redis' }
  const ask: Block[] = [{ type: 'tool_use', name: 'mcp__orchestra__ask', input: { question: 'Which store?' } }]
  /** Told to go on without its answer, it asks again. */
  const asking = async (died: () => Promise<unknown>) => {
    session.relay.callTool = () => new Promise(() => undefined)
    session.relay.decide = (r) => (r.text.includes('Redis') ? said('Redis it is') : r.text.includes('choose') ? ask : said('fine'))
    session.relay.inbox = null
    await session.start()
    await session.relay.event('turn.ended')
    await session.deliver('[From: person]\nchoose', 'person')
    await session.relay.until('the call', () => session.relay.toolCalls.length === 1)
    await died()
  }
  const readOnce = async () => {
    await session.relay.event('turn.ended', (e) => e.text === 'Redis it is')
    expect(session.relay.toolCalls).toHaveLength(1)
    const text = session.relay.model.requests.at(-1)?.text ?? ''
    expect([text.includes(wasStopped), text.split("the user's own word").length - 1]).toEqual([true, 2])
    await session.relay.until('it is written down', async () => given(await session.transcript(), 'ANSWER:') === 1)
  }

  it.each([
    ['its container', () => session.revive()],
    ['its CLI', () => session.killCli()],
  ])('reads the answer that waits together with the word to go on, after the death of %s', async (_what, died) => {
    await asking(died)
    session.relay.send({ type: 'deliver', deliveries: [link.Delivery.parse(answer)] })
    await readOnce()
  })

  it('goes on with the answer, and not without it', async () => {
    await asking(() => session.revive())
    await session.relay.event('cli.started', (e) => e.resumed)
    session.relay.send({ type: 'inbox', state: 'empty' })
    await session.relay.until('it is idle', () => session.relay.frames.findLast((f) => f.type === 'cli-status')?.status === 'idle')
    session.relay.send({ type: 'deliver', deliveries: [link.Delivery.parse(answer)] })
    await readOnce()
  })
})

describe('an answer that a held call returned', () => {
  const ask: Block[] = [{ type: 'tool_use', name: 'mcp__orchestra__ask', input: { question: 'Which store?' } }]
  const id = randomUUID()
  const result = `Answer from owner: Redis\n(answer ${id})`
  const deliver = () => session.relay.send({ type: 'deliver', deliveries: [link.Delivery.parse({ message: id, voice: 'person', text: '[From: person]\nANSWER: (to your question "Which store?") Redis' })] })
  const receipt = () => session.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === id))

  it('to a CLI that died without reading it is read as a message, once', async () => {
    let answer: (text: string) => void = () => undefined
    let answered = false
    session.relay.callTool = () => new Promise<string>((resolve) => { answer = resolve }).finally(() => { answered = true; session.relay.touch() })
    session.relay.decide = (r) => (r.text.includes('ANSWER:') || session.relay.model.requests.length > 1 ? said('fine') : ask)
    await session.start()
    await session.relay.until('the call', () => session.relay.toolCalls.length === 1)
    const ends = () => session.relay.events.filter((e) => e.type === 'cli.exited').length
    // It reads nothing from here on. The terminal's server would let it go on, so that is stopped first.
    await session.sh(`echo ${cliPid} $(tmux -S /tmp/orchestra/tmux.sock display -p '#{pid}') > /tmp/pids; read cli server < /tmp/pids; kill -STOP $server; kill -STOP $cli`)
    answer(result)
    await session.relay.until('the answer has left', () => answered)
    await session.sh('read cli server < /tmp/pids; kill -KILL $cli; kill -CONT $server')
    await session.relay.until('its end', () => ends() === 1)
    deliver()
    await receipt()
    await session.relay.until('it is read', () => times('Redis') === 1)
    expect(given(await session.transcript(), 'Redis')).toBe(1)
  })

  it("of the CLI's own question that stands in the conversation of a CLI that died is not read again as a message", async () => {
    const open = new Promise<Block[]>(() => undefined)
    session.relay.answer = () => Promise.resolve({ text: 'Redis', option: 0, by: 'owner', message: link.Delivery.shape.message.parse(id) })
    session.relay.decide = (r) => (r.text.includes(wasStopped) ? said('going on') : r.text.includes('=\\"Redis\\"') ? open : [{ type: 'tool_use', name: 'AskUserQuestion', input: { questions: [{ question: 'Which store?', header: 'Store', multiSelect: false, options: [{ label: 'Redis', description: 'fast' }, { label: 'Postgres', description: 'there' }] }] } }])
    session.relay.inbox = null
    await session.start()
    // The receipt says that the CLI has written it down.
    await receipt()
    await session.revive()
    const before = session.relay.frames.length
    deliver()
    await session.relay.until('its receipt again', () => session.relay.frames.slice(before).some((f) => f.type === 'receipt' && f.messages.some((m) => m === id)))
    session.relay.send({ type: 'inbox', state: 'empty' })
    await session.relay.event('turn.ended', (e) => e.text === 'going on')
    expect(session.relay.events.some((e) => e.type === 'prompt' && e.text.includes('ANSWER:'))).toBe(false)
  })

  it('that stands in the conversation of a CLI that died is not read again as a message', async () => {
    session.relay.callTool = () => Promise.resolve(result)
    const open = new Promise<Block[]>(() => undefined)
    session.relay.decide = (r) => (r.text.includes('stopped in the middle') ? said('going on') : r.text.includes(id) ? open : ask)
    await session.start()
    await session.relay.until('the request with it', () => session.relay.model.requests.at(-1)?.text.includes(id))
    await session.killCli()
    await session.relay.event('cli.started', (e) => e.resumed)
    deliver()
    await receipt()
    await session.relay.event('turn.ended', (e) => e.text === 'going on')
    expect(times(id)).toBe(1)
    expect(session.relay.events.some((e) => e.type === 'prompt' && e.text.includes('ANSWER:'))).toBe(false)
  })
})
