import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import type { Target } from '../frame/target.ts'
import { docker } from '../frame/program.ts'

/** With the service's own password. Prints a line for each thing that was let through. */
const atNats = (subjects: string[], ears: string[], forced: string[]): string => `
import { connect } from '@nats-io/transport-node'
import { readFileSync } from 'node:fs'
const read = (f) => readFileSync('/run/secrets/' + f, 'utf8').trim()
const user = read('nats-user')
const nc = await connect({ servers: process.env.NATS_URL, user, pass: read('nats-password'), inboxPrefix: '_INBOX_' + user })
const told = []
void (async () => { for await (const s of nc.status()) if (s.type === 'error') told.push(String(s.error?.message)) })()
const stream = async () => { const s = JSON.parse((await nc.request('$JS.API.STREAM.INFO.INBOX', '', { timeout: 5000 })).string()); return s.created ?? JSON.stringify(s) }
const before = await stream()
const subjects = ${JSON.stringify(subjects)}, ears = ${JSON.stringify(ears)}
for (const s of subjects) nc.publish(s, '{}')
const deaf = new Set()
for (const s of ears) nc.subscribe(s, { callback: (e) => { if (e) deaf.add(s) } })
// The server's refusals come before its answer to this; the client hands them out a moment later.
await nc.flush()
const silent = () => subjects.some((s) => !told.some((t) => t.includes('"' + s + '"'))) || ears.some((s) => !deaf.has(s))
for (let i = 0; i < 40 && silent(); i++) await new Promise((done) => setTimeout(done, 25))
for (const s of subjects) if (!told.some((t) => t.includes('"' + s + '"'))) console.log('said', s)
for (const s of ears) if (!deaf.has(s)) console.log('heard', s)
// What answers a request answers to where the request says: that is another's right, borrowed.
const forced = ${JSON.stringify(forced)}
if (forced.length > 0) {
  const borrowed = []
  for (const s of ['control.*', 'relay.*']) nc.subscribe(s, { callback: (e, m) => { if (!e && forced.includes(m.subject)) borrowed.push(m.subject) } })
  for (const reply of forced) for (const s of ['call.evil', 'event.evil']) nc.publish(s, '{}', { reply })
  // Worked on behind them, in order.
  for (const s of ['call.evil', 'event.evil']) await nc.request(s, '{}', { timeout: 20000 })
  await nc.flush()
  const stored = JSON.parse((await nc.request('$JS.API.STREAM.INFO.INBOX', JSON.stringify({ subjects_filter: 'inbox.>' }), { timeout: 5000 })).string()).state?.subjects ?? {}
  for (const s of forced) if (borrowed.includes(s) || stored[s]) console.log('had said', s)
}
if ((await stream()) !== before) console.log('the stream is another one')
console.log('done', subjects.length + ears.length + forced.length)
process.exit(0)`

const queries = [
  'create table evil (x int)', 'alter table sessions add column evil text', 'drop table events', 'truncate events', "update events set data = '{}'", 'create role evil superuser', 'alter role orchestra_service superuser', 'create extension dblink', 'create function evil() returns int language sql as $$ select 1 $$',
  "copy (select 1) to program 'id'", "copy sessions to '/tmp/evil'", "select pg_read_file('/etc/passwd')", "select pg_ls_dir('/')", "select lo_import('/etc/passwd')", "select * from pg_shadow", "set role orchestra", "set session authorization orchestra", "update schema_versions set version = 0", "alter system set shared_preload_libraries = 'x'", 'select pg_reload_conf()',
]
const atPostgres = `
import pg from 'pg'
import { readFileSync } from 'node:fs'
const db = new pg.Client({ host: process.env.DATABASE_HOST, user: 'orchestra_service', database: 'orchestra', password: readFileSync('/run/secrets/postgres-service-password', 'utf8').trim() })
await db.connect()
await db.query('select count(*) from sessions')
for (const q of ${JSON.stringify(queries)}) { try { await db.query('begin'); await db.query(q); console.log('ran', q) } catch { /* refused, as it is to be */ } finally { await db.query('rollback') } }
for (const other of [{ user: 'orchestra' }, { user: 'orchestra_reader' }, { user: 'postgres' }, { database: 'postgres', user: 'postgres' }]) { const c = new pg.Client({ host: process.env.DATABASE_HOST, database: 'orchestra', ...other }); try { await c.connect(); console.log('signed in as', other.user) } catch { /* refused */ } finally { await c.end().catch(() => undefined) } }
console.log('done', ${queries.length} + 4)
process.exit(0)`
/** The relay has no way to the database and the spawner: no name, no route, no password. */
const pastRelay = `
import net from 'node:net'
import { readdirSync } from 'node:fs'
for (const [host, port] of [['postgres', 5432], ['spawner', 80], ['web', 8080]]) await new Promise((done) => { const s = net.connect({ host, port, timeout: 3000 }, () => { console.log('reached', host); s.destroy(); done() }); s.on('error', done); s.on('timeout', () => { s.destroy(); done() }) })
for (const f of readdirSync('/run/secrets')) if (/postgres/.test(f)) console.log('has', f)
console.log('done', 4)
process.exit(0)`

const run = async (t: Target, service: string, script: string): Promise<{ open: string[]; tried: number }> => {
  const uid = t.owner ? `${t.owner.uid}:${t.owner.gid}` : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
  const ran = await docker(['exec', '-i', '-u', uid, '-w', `/opt/orchestra/services/${service}`, t.service(service), 'node', '--input-type=module', '-'], { input: script, deadlineMs: 60_000 })
  const lines = ran.out.trim().split('\n')
  const done = /^done (\d+)/.exec(lines.at(-1) ?? '')
  need(done !== null, `in ${service}, exit ${ran.code}: ${ran.err.slice(-800)}${ran.out.slice(-300)}`)
  return { open: lines.slice(0, -1), tried: Number(done?.[1] ?? 0) }
}

const attack: Attack = {
  tries: "uses the passwords of the relay and of the orchestrator from inside their containers: streams of NATS made, read and deleted, the other's subjects and replies, a reply forced to where the sender may not write; schema, events, roles, files and programs of Postgres; and from the relay the way to the database",
  success: 'any of it was let through',
  run: async (t) => {
    const js = ['$JS.API.STREAM.DELETE.INBOX', '$JS.API.STREAM.CREATE.AUDIT', '$JS.API.STREAM.LIST', '$JS.API.STREAM.MSG.GET.INBOX', '$JS.API.STREAM.MSG.DELETE.INBOX', '$JS.API.STREAM.SNAPSHOT.INBOX', '$SYS.REQ.SERVER.PING']
    const all = await Promise.all([
      run(t, 'relay', atNats([...js, 'inbox.evil', 'relay.open', 'control.evil', 'facts.evil', '_INBOX_orchestrator.x'], ['>', 'call.*', 'event.*', 'inbox.*', '_INBOX_orchestrator.>', '$JS.>', '$SYS.>'], ['$JS.API.STREAM.DELETE.INBOX', '$JS.API.STREAM.CREATE.AUDIT', '$JS.API.STREAM.UPDATE.INBOX', 'inbox.borrowed', 'control.borrowed', 'relay.borrowed', 'facts.borrowed'])),
      run(t, 'orchestrator', atNats([...js, 'call.evil', 'event.evil', '$JS.API.STREAM.PURGE.INBOX', '_INBOX_relay.x'], ['>', 'relay.*', 'inbox.*', '_INBOX_relay.>', '$JS.>', '$SYS.>'], [])),
      run(t, 'orchestrator', atPostgres), run(t, 'relay', pastRelay),
    ])
    const open = all.flatMap((a) => a.open)
    if (open.length > 0) return { through: open.slice(0, 6).join('; ') }
    return { held: `${all.reduce((n, a) => n + a.tried, 0)} things refused; the stream of the inboxes is the one that it was` }
  },
}
export default attack
