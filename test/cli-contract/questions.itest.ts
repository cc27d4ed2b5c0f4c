/** Questions and permission prompts of the CLI, answered from outside; interrupt; limits; our tools. */
import { afterEach, expect, it } from 'vitest'
import type { Block } from './support/model.ts'
import { Session } from './support/session.ts'

let session: Session
afterEach(() => session.stop())
/** The dialog of a question stands in the terminal. */
const shown = async (what: RegExp) => {
  await session.relay.until('the question', () => session.relay.asks.length > 0)
  await session.relay.until(`${what} in the terminal`, async () => what.test(await session.screen()))
}
const said = (text: string): Block[] => [{ type: 'text', text }]
const question: Block[] = [{ type: 'tool_use', name: 'AskUserQuestion', input: { questions: [{ question: 'Which store?', header: 'Store', multiSelect: false, options: [{ label: 'Redis', description: 'fast' }, { label: 'Postgres', description: 'there already' }] }] } }]

it("the CLI's own question becomes ours while its dialog stands in the terminal, and is answered with an option; the terminal says by whom", async () => {
  session = await Session.create()
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? question : said('thank you'))
  let answer: () => void = () => undefined
  session.relay.answer = () => new Promise((resolve) => { answer = () => resolve({ text: 'Postgres', option: 1, by: 'owner' }) })
  await session.start()
  await shown(/1\. Redis[^]*2\. Postgres/)
  answer()
  await session.relay.event('turn.ended')
  await session.relay.until('who answered', async () => /Which store\? → Postgres[^]*Answered in Orchestra by owner\./.test(await session.screen()))
  expect(session.relay.model.requests.at(-1)?.text).not.toContain('Answered in Orchestra by')
  expect(session.relay.settled).toHaveLength(0)
  expect(session.relay.asks[0]).toMatchObject({ origin: 'native', question: 'Which store?', options: ['Redis: fast', 'Postgres: there already'] })
  expect(session.relay.model.requests.at(-1)?.text).toContain('\\"Which store?\\"=\\"Postgres\\"')
})

it('with free text', async () => {
  session = await Session.create()
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? question : said('thank you'))
  session.relay.answer = () => Promise.resolve({ text: 'neither, use a file', option: null, by: 'owner' })
  await session.start()
  await session.relay.event('turn.ended')
  expect(session.relay.model.requests.at(-1)?.text).toContain('neither, use a file')
})

it.each([
  { name: 'allowed', reply: { text: 'Allow', option: 0, by: 'owner' }, made: 'made' },
  { name: 'denied with words', reply: { text: 'not in this folder', option: null, by: 'owner' }, made: '' },
])('a permission prompt is $name from outside', async ({ reply, made }) => {
  session = await Session.create({ permissionMode: 'ask' })
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? [{ type: 'tool_use', name: 'Bash', input: { command: 'touch /workspace/made' } }] : said('over'))
  session.relay.answer = () => Promise.resolve(reply)
  await session.start()
  await session.relay.event('dialog.opened')
  await session.relay.event('turn.ended')
  expect(session.relay.asks[0]).toMatchObject({ origin: 'permission', options: ['Allow', 'Deny'] })
  expect(await session.sh('cd /workspace && ls made 2>/dev/null || true')).toBe(made)
  if (reply.option === null) expect(session.relay.model.requests.at(-1)?.text).toContain('The person (owner) said no in Orchestra\'s page: not in this folder')
  else await session.relay.until('who answered', async () => (await session.screen()).includes('Answered in Orchestra by owner.'))
})

it("the CLI's own question that is answered in the terminal is settled here at once, with what was said", async () => {
  session = await Session.create()
  let over: () => void = () => undefined
  const open = new Promise<void>((resolve) => { over = resolve })
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? question : open.then(() => said('thank you')))
  await session.start()
  await shown(/2\. Postgres/)
  await session.type('2')
  // While the turn goes on.
  await session.relay.until('how it was settled', () => session.relay.settled.length === 1)
  expect(session.relay.settled[0]).toMatchObject({ how: 'terminal', answer: 'Postgres' })
  over()
  await session.relay.event('turn.ended')
  expect(session.relay.model.requests.at(-1)?.text).toContain('\\"Which store?\\"=\\"Postgres\\"')
})

it('two questions of one call are settled each with its own answer', async () => {
  session = await Session.create()
  const both: Block[] = [{ type: 'tool_use', name: 'AskUserQuestion', input: { questions: ['Which store?', 'Which port?'].map((q) => ({ question: q, header: q.slice(6, 11), multiSelect: false, options: [{ label: `${q} one`, description: 'a' }, { label: `${q} two`, description: 'b' }] })) } }]
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? both : said('thank you'))
  await session.start()
  await shown(/Which store\? two/)
  await session.type('2')
  await shown(/1\. Which port\? one/)
  await session.type('1')
  await shown(/Submit answers/)
  await session.type('1')
  await session.relay.until('how they were settled', () => session.relay.settled.length === 2)
  expect(session.relay.settled.map((s) => s.answer).toSorted()).toEqual(['Which port? one', 'Which store? two'])
})

it("the CLI's own question that is declined in the terminal is settled, and what comes next is read", async () => {
  session = await Session.create()
  session.relay.decide = (r) => (r.text.includes('carry on now') ? said('going on') : question)
  await session.start()
  await shown(/2\. Postgres/)
  await session.type('Escape')
  await session.relay.until('how it was settled', () => session.relay.settled.length === 1)
  expect(session.relay.settled[0]).toMatchObject({ how: 'terminal', answer: 'Declined.' })
  await session.deliver('[From: owner] carry on now', 'person')
  await session.relay.event('turn.ended', (e) => e.text === 'going on')
})

it('a permission prompt that is allowed in the terminal is settled while its command still runs', async () => {
  session = await Session.create({ permissionMode: 'ask' })
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? [{ type: 'tool_use', name: 'Bash', input: { command: 'until [ -e /tmp/go ]; do sleep 0.05; done; touch /workspace/made' } }] : said('over'))
  await session.start()
  await session.relay.frame('cli-status', (f) => f.status === 'dialog')
  await session.type('1')
  await session.relay.until('how it was settled', () => session.relay.settled.length === 1)
  expect(session.relay.settled[0]?.how).toBe('terminal')
  expect(session.relay.events.some((e) => e.type === 'tool.finished')).toBe(false)
  await session.sh('touch /tmp/go')
  await session.relay.event('turn.ended')
})

it('a permission prompt that is answered in the terminal withdraws the question', async () => {
  session = await Session.create({ permissionMode: 'ask' })
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? [{ type: 'tool_use', name: 'Bash', input: { command: 'touch /workspace/made' } }] : said('over'))
  await session.start()
  await session.relay.until('the question', () => session.relay.asks.length === 1)
  await session.relay.frame('cli-status', (f) => f.status === 'dialog')
  await session.type('Enter')
  await session.relay.event('turn.ended')
  await session.relay.event('dialog.closed', (e) => e.what.includes('terminal'))
})

it('an interrupt ends the turn and keeps the conversation', async () => {
  session = await Session.create()
  session.relay.decide = (r) => (r.text.includes('carry on now') ? said('going on') : [{ type: 'tool_use', name: 'Bash', input: { command: 'tail -f readme.md' } }])
  await session.start()
  await session.relay.event('tool.started')
  session.relay.send({ type: 'interrupt' })
  await session.relay.event('turn.failed', (e) => e.error === 'interrupted')
  await session.deliver('[From: owner] carry on now', 'person')
  await session.relay.event('turn.ended', (e) => e.text === 'going on')
  expect(session.relay.model.requests.at(-1)?.text).toContain('Do the task.')
})

it('an interrupt while a question is held withdraws it', async () => {
  session = await Session.create()
  session.relay.decide = (r) => (r.text.includes('carry on now') ? said('going on') : question)
  await session.start()
  await session.relay.until('the question', () => session.relay.asks.length === 1)
  session.relay.send({ type: 'interrupt' })
  await session.relay.event('turn.failed', (e) => e.error === 'interrupted')
  await session.relay.until('how it was settled', () => session.relay.settled.length === 1)
  expect(session.relay.settled[0]?.how).toBe('ended')
})

it('a limit ends the turn at once and says so', async () => {
  session = await Session.create()
  session.relay.decide = () => 'limit'
  await session.start()
  expect((await session.relay.event('turn.failed')).error).toBe('rate_limit')
})

it('our tools are called over loopback, and a call may take its time', async () => {
  session = await Session.create()
  session.relay.decide = (r) => (session.relay.model.requests.length === 1 ? [{ type: 'tool_use', name: 'mcp__orchestra__ask', input: { question: 'Which?' } }] : said(r.text.includes('The second.') ? 'It said: The second.' : 'It said nothing'))
  session.relay.callTool = async () => {
    await session.sh('sleep 5')
    return 'The second.'
  }
  await session.start()
  await session.relay.event('turn.ended', (e) => e.text.includes('The second.'))
  expect(session.relay.toolCalls).toEqual([{ name: 'ask', arguments: { question: 'Which?' } }])
})

it('a change of the permission mode waits for the end of the turn and keeps the conversation', async () => {
  session = await Session.create({ permissionMode: 'ask' })
  session.relay.decide = (r) => (r.text.includes('then write') && !r.text.includes('wrote it') ? [{ type: 'tool_use', name: 'Bash', input: { command: 'touch /workspace/made && echo wrote it' } }] : said('fine'))
  await session.start()
  await session.relay.event('turn.ended')
  await session.relay.until('the turn in the transcript', async () => (await session.transcript()).includes('"type":"assistant"'))
  session.relay.send({ type: 'permission-mode', mode: 'bypass' })
  await session.relay.event('cli.started', (e) => e.resumed)
  await session.deliver('[From: owner] then write', 'person')
  await session.relay.event('tool.finished')
  expect(session.relay.asks).toHaveLength(0)
  expect(session.relay.model.requests.at(-1)?.text).toContain('Do the task.')
})
