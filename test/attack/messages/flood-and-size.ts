import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const flood = `cat >/tmp/flood.mjs <<'EOF'
import net from 'node:net'
const post = (body) => fetch('http://127.0.0.1:7700/mcp', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: body }), signal: AbortSignal.timeout(30000) })
const call = (name, args) => post({ name, arguments: args }).then((r) => r.text()).catch(String)
const out = {}
const sends = await Promise.all(Array.from({ length: 300 }, (_, i) => call('send_message', { to: 'designer', text: 'flood ' + i })))
out.sent = sends.filter((s) => s.includes('Sent')).length
out.large = await post({ name: 'send_message', arguments: { to: 'designer', text: 'x'.repeat(10 * 1024 * 1024) } }).then((r) => r.status, String)
out.long = await call('send_message', { to: 'designer', text: 'y'.repeat(40 * 1024) })
out.connections = await new Promise((done) => {
  let ended = 0
  const all = Array.from({ length: 400 }, () => { const s = net.connect(7700, '127.0.0.1', () => s.write('GET /')); s.on('error', () => undefined); s.on('close', () => { ended++ }); return s })
  setTimeout(() => { done(400 - ended); for (const s of all) s.destroy() }, 4000)
})
console.log(JSON.stringify(out))
process.exit(0)
EOF
node /tmp/flood.mjs`

const attack: Attack = {
  tries: 'sends 300 messages at once, a body of 10 MB, a text of 40 KB, and holds 400 connections open',
  success: 'more was taken than a session may send, or the relay no longer serves another session',
  run: async (t) => {
    const [evil, other] = [await t.agent('victim'), await t.agent()]
    const mine = "select count(*) from messages where sender = 'session:victim' and copy_of is null"
    const before = Number(await t.sql(mine))
    const seen = JSON.parse(await evil.sh(flood, { deadlineMs: 180_000 })) as { sent: number; large: unknown; long: string; connections: number }
    const taken = Number(await t.sql(mine)) - before
    need(seen.sent > 0, 'not one message was taken')
    if (taken > 60 || seen.sent > 60) return { through: `${taken} messages were taken within a minute` }
    if (seen.large !== 413) return { through: `a body of 10 MB was answered ${String(seen.large)}` }
    if (!/"isError":true|"error"/.test(seen.long)) return { through: `a text of 40 KB was taken: ${seen.long.slice(0, 200)}` }
    const still = await other.try("curl -sS -o /dev/null -w '%{http_code}' --max-time 10 -X POST http://127.0.0.1:7700/mcp -H 'content-type: application/json' -H 'accept: application/json, text/event-stream' --data '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}'")
    if (still.out !== '200') return { through: `another session is no longer served: ${still.out}${still.err}` }
    return { held: `${taken} of 300 messages taken, 10 MB answered 413, 40 KB refused, ${seen.connections} of 400 connections kept; another session is served` }
  },
}
export default attack
