/** An agent's send_message → its text in the idle receiver's model request, against writing to that CLI's inbox directly. */
import { run } from '../../test/e2e/shell.ts'
import type { Figure } from '../interleave.ts'
import type { Rig } from '../rig.ts'

/** Runs in the receiver's container: says when it wrote. */
const WRITE = `
const fs = require('node:fs'), net = require('node:net'), dir = '/home/agent/.claude/sessions/'
const record = fs.readdirSync(dir).map((f) => JSON.parse(fs.readFileSync(dir + f, 'utf8'))).filter((r) => r.messagingSocketPath && fs.existsSync('/proc/' + r.pid)).at(-1)
const socket = net.connect(record.messagingSocketPath, () => {
  console.log(Date.now())
  socket.end(JSON.stringify({ type: 'user', message: { role: 'user', content: process.argv[1] } }) + '\\n')
})`

export const messageFigure = (rig: Rig): Figure => ({
  name: 'message',
  what: 'message sent by one agent → text in the idle receiver\'s model request',
  baselineIs: 'the same text written straight to the receiver\'s inbox socket in its container',
  goal: { kind: 'ratio', most: 3 },
  async ours(round) {
    const mark = `ours-${round}`
    await rig.quiet('sender')
    await rig.quiet('receiver')
    const asked = rig.journal.next(`receiver (${mark})`, (e) => e.session === 'receiver' && e.words.includes(mark))
    await rig.command('message.send', { to: 'sender', text: `pass on ${mark}` })
    const { at } = await asked
    await rig.quiet('sender')
    // The moment at which the sender's CLI calls the tool, by its own hook.
    const called = Date.parse(await rig.sql(`select data->>'at' from event_log where session = 'sender' and event = 'tool.started' order by seq desc limit 1`))
    const committed = Number(await rig.sql(`select round(extract(epoch from sent_at) * 1000) from messages where text like '%${mark}%' and text not like 'pass on%' order by seq limit 1`))
    return { ms: at - called, steps: { 'committed as queued': committed - called, 'in the receiver\'s request': at - called } }
  },
  async baseline(round) {
    const mark = `base-${round}`
    await rig.quiet('receiver')
    const asked = rig.journal.next(`receiver (${mark})`, (e) => e.session === 'receiver' && e.words.includes(mark))
    const { output } = await run('docker', ['exec', `${rig.install}-s-receiver`, 'node', '-e', WRITE, `[From: sender]\nbench ${mark}`], { cwd: '/', env: process.env, deadlineMs: 20_000 })
    const { at } = await asked
    return { ms: at - Number(output.trim()), steps: {} }
  },
})
