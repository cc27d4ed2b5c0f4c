/** Starting and resuming, as facts of the CLI in the image. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Session } from './support/session.ts'

describe('an executor with a brief', () => {
  let session: Session
  beforeAll(async () => {
    session = await Session.create({ brief: '/clear is only text here' })
    session.relay.decide = (r) => [{ type: 'text', text: `Seen: ${r.last.length}` }]
    await session.start()
  })
  afterAll(() => session.stop())

  it('starts without a dialog, with its conversation id, and takes the brief as text', async () => {
    const started = await session.relay.event('cli.started')
    expect(started).toMatchObject({ resumed: false, conversation: session.conversation })
    expect((await session.relay.event('prompt')).text).toContain('/clear is only text here')
    await session.relay.event('turn.ended')
    expect(await session.screen()).not.toMatch(/Do you trust|Yes, I accept|Enter to confirm|auto mode/i)
  })

  it('sends the instructions of its role with the system prompt', () => {
    const system = JSON.stringify(session.relay.model.requests[0]?.system)
    expect(system).toContain('Session: feature')
    expect(system).toContain('Role: executor')
    expect(system).not.toContain('{{')
  })

  it('uses the dummy key and nothing else', () => {
    expect(JSON.stringify(session.relay.model.requests[0]?.headers)).toContain('sk-ant-orchestra-no-credential')
  })

  it('reaches for nothing but its model by itself', () => expect(session.relay.wanted).toEqual([]))

  it('has a name, a home and git for its uid', async () => {
    expect(await session.sh('whoami')).toBe('agent')
    expect(await session.sh('git -C /workspace status --porcelain --branch')).toBe('## feature')
  })

  it('keeps the conversation on disk', async () => {
    await session.relay.event('turn.ended')
    // Late: the CLI gathers what it writes.
    await session.relay.until('the turn in the transcript', async () => (await session.transcript()).includes('"type":"assistant"'))
  })

  it('resumes its conversation after kill -9, and waits for a message', async () => {
    await session.killCli()
    await session.relay.event('cli.exited')
    await session.relay.event('cli.started', (e) => e.resumed)
    await session.deliver('[From: other] Are you back?')
    await session.relay.until('the model has both', () => session.relay.model.requests.find((r) => r.text.includes('Are you back?') && r.text.includes('/clear is only text here')))
  })
})

it('goes on by itself when it is killed in its first turn', async () => {
  const session = await Session.create()
  try {
    let answer = () => {}
    const wait = new Promise<void>((resolve) => { answer = resolve })
    session.relay.decide = async () => {
      await wait
      return [{ type: 'text', text: 'ok' }]
    }
    await session.start()
    await session.relay.until('the first request', () => session.relay.model.requests.length === 1)
    await session.killCli()
    await session.relay.event('cli.exited')
    answer()
    // With the brief, or, where the prompt was on disk already, with the word that it was cut off.
    await session.relay.event('turn.ended')
    expect(session.relay.model.requests.at(-1)?.text).toContain('Do the task.')
  } finally {
    await session.stop()
  }
})

it('sends its first request with our tools, however long they take to come', async () => {
  const session = await Session.create()
  try {
    // Longer than the 5 s after which the CLI by default goes on without them.
    session.relay.beforeTools = () => new Promise((resolve) => { setTimeout(resolve, 7000) })
    await session.start()
    const first = await session.relay.until('the first request', () => session.relay.model.requests[0])
    expect(first.tools.map((tool) => tool.name)).toContain('mcp__orchestra__ask')
  } finally {
    await session.stop()
  }
})

it('works as root when the project is owned by root', async () => {
  const session = await Session.create({ root: true })
  try {
    session.relay.decide = (r) => (r.text.includes('tool_result') || session.relay.model.requests.length > 1 ? [{ type: 'text', text: 'ok' }] : [{ type: 'tool_use', name: 'Bash', input: { command: 'id -u && touch made' } }])
    await session.start()
    const done = await session.relay.event('tool.finished')
    expect(done).toMatchObject({ ok: true, output: '0' })
  } finally {
    await session.stop()
  }
})

it('keeps to the settings of Orchestra in a project that has its own', async () => {
  const session = await Session.create({
    files: {
      '.claude/settings.json': JSON.stringify({ disableAllHooks: true, permissions: { defaultMode: 'plan' } }),
      '.mcp.json': JSON.stringify({ mcpServers: { theirs: { command: 'false' } } }),
    },
  })
  try {
    session.relay.decide = () => [{ type: 'text', text: 'ok' }]
    await session.start()
    await session.relay.event('turn.ended')
    await session.deliver('[From: other] hello')
  } finally {
    await session.stop()
  }
})

it('lets the designer wait for the person', async () => {
  const session = await Session.create({ role: 'designer', brief: null })
  try {
    await session.start()
    await session.relay.frame('cli-status', (f) => f.status === 'idle')
    expect(session.relay.model.requests).toHaveLength(0)
    await session.deliver('[From: owner] Hello', 'person')
    const request = await session.relay.until('the request', () => session.relay.model.requests[0])
    expect(request.text).toContain("the user's own word")
    expect(JSON.stringify(request.system)).toContain('Role: designer')
  } finally {
    await session.stop()
  }
})
