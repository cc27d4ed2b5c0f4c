/** agentd in its container, beside the CLI: work both ways, terminals, runs, the link. */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { link, RunId, Sha } from '@orchestra/contracts'
import { Session } from './support/session.ts'

let session: Session
afterEach(() => session.stop())
const open = async (options: Parameters<typeof Session.create>[0] = {}) => {
  session = await Session.create(options)
  await session.start()
  await session.relay.event('turn.ended')
  return session
}
const tree = (sha: string) => session.host('ls-tree', '-r', '--name-only', sha)

it('a commit and uncommitted work arrive; ignored files and nested repositories do not', async () => {
  await open()
  await session.sh('cd /workspace && echo a > a.txt && git add a.txt && git commit -qm "Add a" && mkdir -p sub nest && echo b > sub/b.txt && echo c > ignored && git init -q nest && touch nest/inside')
  const commit = await session.relay.until('the commit', () => session.relay.pushes.find((p) => p.kind === 'commits'))
  expect(await session.host('log', '-1', '--format=%an <%ae>%n%B', commit.sha)).toBe('Ada <ada@example.org>\nAdd a\n\nOrchestra-Session: feature')
  const last = await session.relay.until('the snapshot', () => session.relay.pushes.findLast((p) => p.kind === 'snapshot' && p.head === commit.sha))
  await session.relay.until('the files', async () => (await tree(session.relay.pushes.findLast((p) => p.kind === 'snapshot')?.sha ?? last.sha)).includes('sub/b.txt'))
  const files = await tree(session.relay.pushes.findLast((p) => p.kind === 'snapshot')?.sha ?? '')
  expect(files.split('\n').filter((f) => !f.startsWith('nest'))).toEqual(['.gitignore', 'a.txt', 'readme.md', 'sub/b.txt'])
  expect(await session.sh('cd /workspace && git status --porcelain -uno')).toBe('')
})

it('a file saved on the host is in a snapshot at once', async () => {
  await open()
  await session.relay.until('the first snapshot', () => session.relay.pushes.some((p) => p.kind === 'snapshot'))
  const before = session.relay.pushes.length
  const from = Date.now()
  await writeFile(join(session.dir, 'ws/readme.md'), 'changed\n')
  await session.relay.until('a snapshot', () => session.relay.pushes.length > before)
  // Seen by a watch, not by the sweep every 15 s. How fast is the bench's question.
  expect(Date.now() - from).toBeLessThan(5000)
})

it('follows the branch when a person commits on it', async () => {
  await open()
  await writeFile(join(session.dir, 'repo/theirs.txt'), 'x')
  await writeFile(join(session.dir, 'ws/theirs.txt'), 'x')
  await session.host('add', '-A')
  await session.host('commit', '-q', '-m', 'theirs')
  const tip = Sha.parse(await session.host('rev-parse', 'HEAD'))
  session.relay.send({ type: 'branch', branch: 'feature', tip })
  await session.relay.until('the branch', async () => (await session.sh('git -C /workspace rev-parse feature')) === tip)
  expect(await session.sh('git -C /workspace status --porcelain')).toBe('')
})

it('tells the agent when both sides committed', async () => {
  await open()
  session.relay.pushReply = (p) => (p.kind === 'commits' ? { accepted: false, tip: Sha.parse(session.base), reason: 'diverged' } : { accepted: true, tip: null })
  await session.sh('cd /workspace && git commit -q --allow-empty -m mine')
  await session.host('commit', '-q', '--allow-empty', '-m', 'theirs')
  const tip = Sha.parse(await session.host('rev-parse', 'HEAD'))
  session.relay.send({ type: 'branch', branch: 'feature', tip })
  const request = await session.relay.until('the word to the agent', () => session.relay.model.requests.find((r) => r.text.includes('refs/orchestra/host')))
  expect(request.text).toContain('[From: orchestra]')
  expect(await session.sh('git -C /workspace log -1 --format=%s')).toBe('mine')
})

it.each(['cli', 'shell'] as const)('a terminal on %s shows and takes what is typed', async (target) => {
  await open()
  const id = randomUUID()
  session.relay.send({ type: 'open-stream', id, target, mode: 'drive', cols: 100, rows: 30 })
  const stream = await session.relay.until('the stream', () => session.relay.streams.get(id))
  let shown = ''
  stream.on('message', (data: Buffer) => {
    if (data[0] === 0x30) shown += data.subarray(1).toString('utf8')
    session.relay.touch()
  })
  await session.relay.until('some output', () => shown !== '')
  stream.send(Buffer.from(target === 'cli' ? '0typed' : '0echo $((40+2))ok\r'))
  await session.relay.until('the echo', () => shown.includes(target === 'cli' ? 'typed' : '42ok'))
  stream.close()
})

it('a viewer leaves the window as it is, follows its size, and reads what has scrolled away', async () => {
  await open()
  const stream = async (mode: 'drive' | 'view' | 'history', cols: number, rows: number) => {
    const id = randomUUID()
    session.relay.send({ type: 'open-stream', id, target: 'shell', mode, cols, rows })
    const socket = await session.relay.until('the stream', () => session.relay.streams.get(id))
    const got = { output: '', sizes: [] as string[], closed: false }
    socket.on('message', (data: Buffer) => {
      if (data[0] === 0x30) got.output += data.subarray(1).toString('utf8')
      if (data[0] === 0x34) got.sizes.push(data.subarray(1).toString('utf8'))
      session.relay.touch()
    })
    socket.on('close', () => { got.closed = true; session.relay.touch() })
    return { socket, got }
  }
  const size = () => session.sh("tmux -S /tmp/orchestra/tmux.sock display-message -p -t =shell: '#{window_width}x#{window_height}'")
  const driver = await stream('drive', 100, 30)
  await session.relay.until('a prompt', () => driver.got.output !== '')
  const viewer = await stream('view', 40, 10)
  await session.relay.until('the size of the window', () => viewer.got.sizes.at(-1) === '{"columns":100,"rows":30}')
  await session.relay.until('what is shown', () => viewer.got.output !== '')
  viewer.socket.send(Buffer.from('1{"columns":40,"rows":10}'))
  driver.socket.send(Buffer.from('0seq 1000 1200; echo en""d\r'))
  await session.relay.until('the end', () => driver.got.output.includes('end') && viewer.got.output.includes('end'))
  expect(await size()).toBe('100x30')
  driver.socket.send(Buffer.from('1{"columns":90,"rows":20}'))
  await session.relay.until('the new size', () => viewer.got.sizes.at(-1) === '{"columns":90,"rows":20}')
  driver.socket.close()
  expect(await size()).toBe('90x20')
  const reader = await stream('history', 40, 10)
  await session.relay.until('all of it', () => reader.got.closed)
  expect(reader.got.output).toMatch(/\n1000\n1001\n/)
  expect(await size()).toBe('90x20')
  viewer.socket.close()
})

it('a session whose turn is over is idle, also while a command that it began runs on', async () => {
  session = await Session.create({ brief: 'Begin.' })
  session.relay.decide = () => (session.relay.model.requests.length === 1 ? [{ type: 'tool_use', name: 'Bash', input: { command: 'until [ -e /tmp/go ]; do sleep 0.1; done; echo went', run_in_background: true, description: 'Wait' } }] : [{ type: 'text', text: 'fine' }])
  await session.start()
  await session.relay.event('turn.ended')
  await session.relay.frame('cli-status', (f) => f.status === 'idle' && f.background === true)
  await session.sh('touch /tmp/go')
  // Its end begins a turn.
  await session.relay.event('prompt', (e) => e.text.includes('Background command'))
  await session.relay.until('nothing runs any more', () => session.relay.frames.findLast((f) => f.type === 'cli-status' && f.status === 'idle' && f.background === false && session.relay.events.filter((e) => e.type === 'turn.ended').length === 2))
})

it('a command that answers no did not fail, and did not succeed either', async () => {
  session = await Session.create({ brief: 'Begin.' })
  const commands = ['true', 'test -e /nope', 'grep -q nothing readme.md', 'diff readme.md .gitignore', 'echo x | grep nothing', 'false', 'grep x /nope']
  session.relay.decide = () => {
    const command = commands[session.relay.model.requests.length - 1]
    return command === undefined ? [{ type: 'text', text: 'fine' }] : [{ type: 'tool_use', name: 'Bash', input: { command, description: 'Look' } }]
  }
  await session.start()
  await session.relay.event('turn.ended')
  const outcomes = session.relay.events.flatMap((e) => (e.type === 'tool.finished' ? [[e.ok, e.exitCode]] : []))
  expect(outcomes).toEqual([[true, 0], [true, 1], [true, 1], [true, 1], [true, 1], [false, 1], [false, 2]])
})

it('a check command runs with its log, and can be cancelled with all its children', async () => {
  await open()
  const id = RunId.parse(randomUUID())
  session.relay.send({ type: 'run', id, command: 'echo begin; cat readme.md; echo end; exit 3' })
  expect(await session.relay.frame('run-status', (f) => f.id === id && f.status !== 'running')).toMatchObject({ status: 'failed', exitCode: 3, lastLine: 'end' })
  expect(session.relay.logs).toBe('begin\nhello\nend\n')
  const long = RunId.parse(randomUUID())
  session.relay.send({ type: 'run', id: long, command: 'sleep 1000 & sleep 1000' })
  await session.relay.frame('run-status', (f) => f.id === long && f.status === 'running')
  session.relay.send({ type: 'run-cancel', id: long })
  await session.relay.frame('run-status', (f) => f.id === long && f.status === 'cancelled')
  expect(await session.sh('pgrep -fc "^sleep 1000" || true')).toBe('0')
})

it('a setup command that fails stops the start and may be tried again', async () => {
  const first = RunId.parse(randomUUID())
  session = await Session.create({ setupCommand: 'test -e /tmp/ready || { echo "nothing here"; exit 1; }', setupRun: first })
  await session.start()
  expect((await session.relay.frame('progress', (f) => f.step === 'failed')).text).toContain('nothing here')
  await session.sh('touch /tmp/ready')
  session.relay.send({ type: 'run', id: RunId.parse(randomUUID()), command: session.options.setupCommand ?? '' })
  await session.relay.frame('progress', (f) => f.step === 'ready')
})

it('a check session runs its commands and ends with their outcome', async () => {
  const id = RunId.parse(randomUUID())
  session = await Session.create({ role: 'check', run: { id, commands: ['echo one', 'exit 7', 'echo never'] } })
  await session.start()
  expect(await session.relay.frame('run-status', (f) => f.status === 'failed')).toMatchObject({ exitCode: 7 })
  expect(await session.ended()).toBe(7)
  expect(session.relay.logs).not.toContain('never\n')
})

it('events that happen while the relay is away arrive afterwards, once and in order', async () => {
  await open()
  await session.relay.close()
  await session.sh(`for i in 1 2 3; do curl -s --noproxy '*' -d '{"hook_event_name":"Stop","last_assistant_message":"late '$i'"}' http://127.0.0.1:7701/hook; done`)
  await session.relay.open()
  await session.relay.event('turn.ended', (e) => e.text === 'late 3')
  expect(session.relay.events.flatMap((e) => (e.type === 'turn.ended' && e.text.startsWith('late') ? [e.text] : []))).toEqual(['late 1', 'late 2', 'late 3'])
})

it('where the relay speaks another protocol it ends at its next idle moment, not in a turn', async () => {
  await open()
  await session.relay.frame('cli-status', (f) => f.status === 'idle')
  const ended = session.ended()
  session.relay.refuse(link.REFUSED_PROTOCOL)
  expect(await ended).toBe(link.MADE_ANEW)
})

it('ends politely: the last work is pushed', async () => {
  await open()
  await session.sh('echo last > /workspace/last.txt')
  await session.terminate()
  expect(await tree(session.relay.pushes.findLast((p) => p.kind === 'snapshot')?.sha ?? '')).toContain('last.txt')
})
