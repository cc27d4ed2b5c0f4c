/** The relay as the process that it is in the stack: killed, started again, and its `login` beside it. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectBus } from '../../services/orchestrator/src/adapters/nats/bus.ts'
import { link } from '@orchestra/contracts'
import type { Bus } from '../../services/orchestrator/src/ports/bus.ts'
import { startNats } from '../harness/nats.ts'
import type { NatsServer } from '../harness/nats.ts'
import { AgentEnd, serve, temporaryFolder } from '../harness/relay.ts'
import type { Served } from '../harness/relay.ts'
import { note, now, sessionId } from './fixture.ts'

const source = (name: string) => fileURLToPath(new URL(`../../services/relay/src/${name}`, import.meta.url))
const id = sessionId('auth')
const KEY = 'sk-test-0123456789-wxyz'
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let nats: NatsServer
let orchestrator: Bus
let relay: ChildProcess
let model: Served
let environment: NodeJS.ProcessEnv

const start = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [source('main.ts')], { env: environment, stdio: ['ignore', 'inherit', 'pipe'] })
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (line: Buffer) => line.includes('the relay is up') && resolve())
    child.once('exit', (code) => reject(new Error(`the relay ended with ${code}`)))
  })
  return child
}
const end = (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> =>
  new Promise((resolve) => { child.once('exit', (code) => resolve(code)); child.kill(signal) })
const socket = () => `${folder.path}/s/${id}/relay.sock`
const login = async (input: string) => {
  const child = spawn(process.execPath, [source('login.ts')], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.stdin.end(input)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, out, err }
}

beforeAll(async () => {
  folder = await temporaryFolder()
  nats = await startNats()
  model = await serve((req, res) => {
    const good = req.headers['x-api-key'] === KEY
    res.writeHead(good ? 200 : 401, { 'content-type': 'application/json' }).end(good ? '{"type":"message"}' : '{"type":"error","error":{"message":"invalid x-api-key"}}')
  })
  const secrets = `${folder.path}/secrets`
  await mkdir(secrets)
  await Promise.all([writeFile(`${secrets}/nats-user`, nats.relay.user), writeFile(`${secrets}/nats-password`, `${nats.relay.password}\n`), writeFile(`${secrets}/internal-token`, 'token')])
  environment = { PATH: process.env.PATH, NATS_URL: nats.relay.url, RELAY_PORT: '0', ORCHESTRA_SECRETS: secrets, RELAY_STATE: `${folder.path}/state`, RELAY_SOCKETS: `${folder.path}/s` }
  orchestrator = await connectBus(nats.orchestrator)
  orchestrator.onReport(() => Promise.resolve({ ok: true, value: {} }))
  relay = await start()
  await orchestrator.openSession(id, 'executor')
})
afterAll(async () => {
  await end(relay, 'SIGKILL')
  await orchestrator.close()
  await nats.stop()
  await model.close()
  await folder.remove()
})

test('killed with a batch in flight: the next one opens the session by itself and hands it out again at once', async () => {
  const items = [note('one'), note('two')]
  for (const item of items) await orchestrator.putInbox(id, item)
  const before = new AgentEnd(socket())
  await before.next('deliver')
  const inode = (await stat(`${folder.path}/s/${id}`)).ino
  await end(relay, 'SIGKILL')
  relay = await start()
  expect((await stat(`${folder.path}/s/${id}`)).ino).toBe(inode)
  const agent = new AgentEnd(socket())
  const again: string[] = []
  while (again.length < items.length) {
    const { deliveries } = await agent.next('deliver')
    again.push(...deliveries.map((one) => one.text))
    agent.send({ type: 'receipt', messages: deliveries.map((one) => one.message), state: 'delivered', at: now() })
  }
  expect(again).toEqual(['one', 'two'])
  await agent.close()
})

test('NATS killed and back: the inbox goes on', async () => {
  const agent = new AgentEnd(socket())
  await agent.next('welcome')
  await nats.crash()
  await nats.restart()
  const item = note('after the crash')
  await expect.poll(() => orchestrator.putInbox(id, item).then(() => true, () => false), { timeout: 30_000 }).toBe(true)
  // A receipt that was under way when the connection before this one ended is given again; agentd knows what it has delivered.
  const texts: string[] = []
  while (!texts.includes('after the crash')) {
    const { deliveries } = await agent.next('deliver')
    texts.push(...deliveries.map((one) => one.text))
    agent.send({ type: 'receipt', messages: deliveries.map((one) => one.message), state: 'delivered', at: now() })
  }
  expect(texts.filter((text) => text === 'after the crash')).toHaveLength(1)
  await agent.close()
}, 60_000)

test('an agentd of a protocol that it does not speak is told so, one of an older that it speaks is let in', async () => {
  const refused = new AgentEnd(socket(), link.AGENT_PROTOCOL + 1)
  expect(await new Promise((resolve) => refused.socket.once('close', resolve))).toBe(link.REFUSED_PROTOCOL)
  const older = new AgentEnd(socket(), link.OLDEST_AGENT_PROTOCOL)
  await older.next('welcome')
  await older.close()
})

test('login stores what works, readable by its owner alone, never shows it, and the running relay uses it', async () => {
  const refused = await login(JSON.stringify({ kind: 'api-key', secret: 'sk-test-wrong-key-12345', baseUrl: model.url }))
  expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('invalid x-api-key') })
  const stored = await login(JSON.stringify({ kind: 'api-key', secret: KEY, baseUrl: model.url }))
  expect(stored).toMatchObject({ code: 0, out: expect.stringContaining('Stored') })
  expect(`${stored.out}${stored.err}${refused.out}${refused.err}`).not.toMatch(/sk-test/)
  const path = `${folder.path}/state/credential.json`
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readFile(path, 'utf8')).toContain(KEY)
  expect(await orchestrator.credentialStatus()).toMatchObject({ ok: true, value: { kind: 'api-key', hint: 'wxyz', lastCheck: { ok: true } } })
  const nonsense = await login('{"secret": "sk-test-broken')
  expect(nonsense).toMatchObject({ code: 1 })
  expect(nonsense.out + nonsense.err).not.toContain('sk-test')
})

test('asked to stop, it ends cleanly and quickly', async () => {
  expect(await end(relay, 'SIGTERM')).toBe(0)
  relay = await start()
})
