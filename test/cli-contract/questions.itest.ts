/** Questions and permission prompts of the CLI, answered from outside; interrupt; limits; our tools. */
import { afterEach, expect, it } from 'vitest'
import type { Block } from './support/model.ts'
import { Session } from './support/session.ts'

let session: Session
afterEach(() => session.stop())
const said = (text: string): Block[] => [{ type: 'text', text }]
const question: Block[] = [{ type: 'tool_use', name: 'AskUserQuestion', input: { questions: [{ question: 'Which store?', header: 'Store', multiSelect: false, options: [{ label: 'Redis', description: 'fast' }, { label: 'Postgres', description: 'there already' }] }] } }]

it("the CLI's own question becomes ours, and is answered with an option", async () => {
  session = await Session.create()
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? question : said('thank you'))
  session.relay.answer = () => Promise.resolve({ text: 'Postgres', option: 1, by: 'owner' })
  await session.start()
  await session.relay.event('turn.ended')
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
  if (reply.option === null) expect(session.relay.model.requests.at(-1)?.text).toContain('not in this folder')
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

it('an interrupt ends the turn within two seconds and keeps the conversation', async () => {
  session = await Session.create()
  session.relay.decide = (r) => (r.text.includes('carry on now') ? said('going on') : [{ type: 'tool_use', name: 'Bash', input: { command: 'tail -f readme.md' } }])
  await session.start()
  await session.relay.event('tool.started')
  const from = Date.now()
  session.relay.send({ type: 'interrupt' })
  await session.relay.event('turn.failed', (e) => e.error === 'interrupted')
  expect(Date.now() - from).toBeLessThan(2000)
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
