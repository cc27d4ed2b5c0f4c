/**
 * Sends as sessions do: tool calls on the bus, with the relay's login, from a container of its own (the relay itself may be the one that
 * dies). Each call has an id of its own and is repeated until it is answered, as the relay repeats it. Who has written to others too often without a
 * word of the person is refused until there is one: whoever sends much sends as the person meanwhile.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Rig } from './rig.ts'

export type Said = { from: string; to: string; token: string; text: string }

const PROGRAM = `
import { connect } from '@nats-io/transport-node'
import { text } from 'node:stream/consumers'
const calls = JSON.parse(await text(process.stdin))
const nc = await connect({ servers: 'nats://nats:4222', user: process.env.U, pass: process.env.P, inboxPrefix: '_INBOX_' + process.env.U, maxReconnectAttempts: -1, waitOnFirstConnect: true })
const wait = (ms) => new Promise((done) => setTimeout(done, ms))
for (const c of calls) for (;;) {
  const reply = await nc.request('call.' + c.session, JSON.stringify(c), { timeout: 15000 }).then((m) => m.json(), () => null)
  if (reply !== null && (reply.ok || (reply.problem.code !== 'timed_out' && reply.problem.code !== 'rate_limited'))) { console.log(JSON.stringify(reply)); break }
  await wait(reply?.problem?.code === 'rate_limited' ? 3000 : 300)
}
await nc.close()`

/** What it returns resolves when all were acknowledged, and throws with the first refusal. In order for each sender. The relay has to live now, not later. */
export const agentsSender = async (rig: Rig): Promise<(said: Said[]) => Promise<void>> => {
  // Root of the container may not read what is its owner's alone.
  const secret = (name: string) => rig.docker('exec', rig.service('relay'), 'as-owner', 'cat', `/run/secrets/${name}`)
  const [user, password, image] = await Promise.all([secret('nats-user'), secret('nats-password'), rig.docker('inspect', '--format', '{{.Config.Image}}', rig.service('relay'))])
  return (said) => sendAll(rig, { user, password, image }, said)
}

const sendAll = async (rig: Rig, { user, password, image }: { user: string; password: string; image: string }, said: Said[]): Promise<void> => {
  const calls = said.map((s) => ({ id: randomUUID(), session: s.from, tool: 'send_message', args: { to: s.to, text: s.text } }))
  const child = spawn('docker', ['run', '--rm', '-i', '--network', `${rig.stack.install}_bus`, '-e', `U=${user}`, '-e', `P=${password}`, '--entrypoint', 'node', '--workdir', '/opt/orchestra/services/relay', image, '--input-type=module', '-e', PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (b: Buffer) => { output += b.toString() })
  child.stderr.on('data', (b: Buffer) => { output += b.toString() })
  child.stdin.end(JSON.stringify(calls))
  const code = await new Promise<number | null>((resolve, reject) => { child.once('error', reject).once('close', resolve) })
  const replies = output.split('\n').filter((l) => l.startsWith('{'))
  const refused = replies.find((l) => !(JSON.parse(l) as { ok: boolean }).ok)
  if (code !== 0 || refused !== undefined || replies.length !== said.length) throw new Error(`agents' sends: exit ${code}, ${replies.length} of ${said.length} answered; ${refused ?? output.slice(-500)}`)
  rig.history.said.push(...said)
}
