import { randomUUID } from 'node:crypto'
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessageId, ProjectId, SessionId } from '@orchestra/contracts'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { migrations, startDatabase } from '../../../../../test/harness/database.ts'
import type { DatabaseServer, TestDatabase } from '../../../../../test/harness/database.ts'
import { newMessage, newSession } from '../../domain/new-rows.ts'
import type { Store } from '../../ports/store.ts'
import { openAccounts } from './accounts.ts'
import { checkSchema, copyDatabase, migrate, NewerSchema } from './migrate.ts'
import { openPool } from './pool.ts'
import type { Pool } from './pool.ts'
import { openStore } from './store.ts'

const project = 'shop-1a2b' as ProjectId
const by = { kind: 'person', name: 'owner' } as const
let server: DatabaseServer
let db: TestDatabase
let store: Store

beforeAll(async () => { server = await startDatabase() }, 120_000)
afterAll(() => server.stop())
beforeEach(async () => {
  db = await server.create()
  store = await openStore(db.pool, { project, name: 'shop', path: '/srv/shop' })
})

const asOwner = async (work: (owner: Pool) => Promise<void>): Promise<void> => {
  const owner = openPool({ ...db.owner, max: 1 })
  try { await work(owner) } finally { await owner.end() }
}

const session = (id: string) => newSession({ id: id as SessionId, projectId: project, role: 'executor', title: id, instructions: 'do it', conversation: randomUUID(), createdBy: by, now: new Date().toISOString(), permissionMode: 'bypass', paired: false, phase: 'queued' })

test('a session comes back as it was put, and is replaced as a whole', async () => {
  const row = { ...session('auth'), carried: ['.env'], problem: { code: 'engine_failed', message: 'no', next: 'look' } as const }
  await store.transact((tx) => tx.putSession(row))
  expect(await store.read.session(row.id)).toEqual(row)
  await store.transact((tx) => tx.putSession({ ...row, problem: null, phase: 'running' }))
  expect(await store.read.sessions()).toEqual([{ ...row, problem: null, phase: 'running' }])
})

test('a transaction that throws leaves nothing', async () => {
  await expect(store.transact(async (tx) => { await tx.putSession(session('a')); throw new Error('stop') })).rejects.toThrow('stop')
  expect(await store.read.sessions()).toEqual([])
})

test('messages are numbered by the database and found by text and session', async () => {
  const text = (to: string, words: string) => newMessage({ id: randomUUID() as MessageId, projectId: project, kind: 'note', from: by, to: { kind: 'session', id: to as SessionId }, text: words, now: new Date().toISOString() })
  const { touched } = await store.transact(async (tx) => { await tx.putMessage(text('a', '100% sure')); await tx.putMessage(text('b', 'fifty')); await tx.putMessage(text('a', 'third')) })
  expect(touched.messages.size).toBe(3)
  expect((await store.read.messages({ limit: 2 })).map((m) => m.text)).toEqual(['fifty', 'third'])
  expect((await store.read.messages({ limit: 9, session: 'a' as SessionId })).map((m) => m.text)).toEqual(['100% sure', 'third'])
  expect((await store.read.messages({ limit: 9, text: '0%' })).map((m) => m.text)).toEqual(['100% sure'])
  const [first] = await store.read.messages({ limit: 9 })
  expect(await store.read.messages({ limit: 9, before: (first?.seq ?? 0) + 1 })).toHaveLength(1)
})

test('an event with a source is recorded once and never changed', async () => {
  const event = { type: 'link', session: 'a' as SessionId, actor: by, data: { up: true }, source: 'boot/1' } as const
  const first = await store.transact((tx) => tx.event(event))
  expect(first.value?.seq).toBeGreaterThan(0)
  expect((await store.transact((tx) => tx.event(event))).value).toBeNull()
  expect(await store.read.events({ session: 'a' as SessionId, limit: 10 })).toEqual([first.value])
  await expect(db.pool.query("update events set type = 'x'")).rejects.toThrow('permission denied')
  await asOwner(async (owner) => { await expect(owner.query("update events set type = 'x'")).rejects.toThrow('immutable') })
})

test('effects of a lane go one at a time in order, lanes beside each other', async () => {
  const effect = (kind: string, lane: string) => ({ kind, lane, payload: {}, session: null, actor: by })
  await store.transact(async (tx) => { await tx.effect(effect('one', 'a')); await tx.effect(effect('two', 'a')); await tx.effect(effect('other', 'b')) })
  const take = async () => { const c = await store.claimEffect(); return 'effect' in c ? c.effect : null }
  const one = await take()
  const other = await take()
  expect([one?.kind, other?.kind, await take()]).toEqual(['one', 'other', null])
  await store.effectRetry(one?.id ?? 0, 'later', 60_000)
  expect(await take()).toBeNull()
  const due = await store.claimEffect()
  expect('dueInMs' in due && due.dueInMs !== null && due.dueInMs > 50_000).toBe(true)
  expect(await store.requeueRunning([other?.id ?? 0])).toBe(0)
  expect(await store.requeueRunning()).toBe(1)
  expect((await take())?.kind).toBe('other')
})

test('a newer schema is refused, a repeated migration changes nothing', async () => {
  await checkSchema(db.pool, migrations)
  await asOwner(async (owner) => {
    expect((await migrate(owner, migrations)).applied).toEqual([])
    await owner.query("insert into schema_versions (version, file) values (9000, '9000-future.sql')")
    await expect(migrate(owner, migrations)).rejects.toThrow(NewerSchema)
  })
  await expect(checkSchema(db.pool, migrations)).rejects.toThrow(NewerSchema)
})

test('a database in use is copied before it is migrated; where it can\'t be copied it stays as it is', async () => {
  await asOwner(async (owner) => {
    const version = async () => (await owner.query<{ v: number }>('select max(version) as v from schema_versions')).rows[0]?.v ?? 0
    const last = await version()
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    for (const file of await readdir(migrations)) await copyFile(join(migrations, file), join(folder, file))
    // One more, which fails after the copy.
    await writeFile(join(folder, `${String(last + 1).padStart(4, '0')}-fails.sql`), 'create table sessions ();')
    let copy = ''
    await expect(migrate(owner, folder, { before: async (client, found) => { copy = await copyDatabase(client, found) } })).rejects.toThrow(/already exists/)
    expect(copy).toContain(`/schema-${last}-`)
    await owner.query('create table restored (line text)')
    await owner.query(`copy restored from program 'pg_restore --list ${copy}'`)
    expect((await owner.query("select 1 from restored where line like '%TABLE DATA public sessions%'")).rows).toHaveLength(1)
    await expect(migrate(owner, folder, { before: () => Promise.reject(new Error('the disk is full')) })).rejects.toThrow('the disk is full')
    expect(await version()).toBe(last)
  })
})

test('a copy of an older schema is restored, and brought forward with its rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const files = (await readdir(migrations)).filter((f) => f.endsWith('.sql')).sort()
  for (const file of files.slice(0, -1)) await copyFile(join(migrations, file), join(folder, file))
  const older = await server.create(true)
  await migrate(older.pool, folder)
  await older.pool.query("insert into projects (id, name, path) values ('shop-1a2b', 'shop', '/shop')")
  let copy = ''
  const { applied, version } = await migrate(older.pool, migrations, { before: async (client, found) => { copy = await copyDatabase(client, found) } })
  expect({ applied, version }).toEqual({ applied: files.slice(-1), version: files.length })
  const restored = await server.create(true)
  await restored.pool.query(`copy (select 1) to program 'pg_restore -U orchestra -d ${restored.options.database} --no-owner --no-acl --exit-on-error ${copy}'`)
  expect((await migrate(restored.pool, migrations)).applied).toEqual(files.slice(-1))
  expect((await restored.pool.query('select name from projects')).rows).toEqual([{ name: 'shop' }])
})

test('the service\'s account can\'t change the schema, the record or its own rights; the reader\'s can\'t change anything', async () => {
  for (const sql of ['create table x (a int)', 'drop table events', 'alter table sessions add column x int', 'drop trigger events_immutable on events', 'truncate events', "update schema_versions set version = 1", 'create role x', 'alter role orchestra_service superuser', "copy sessions to program 'id'", "select pg_read_file('/etc/passwd')", 'set role orchestra'])
    await expect(db.pool.query(sql), sql).rejects.toThrow(/permission denied|must be (owner|member)|only roles with|insufficient privilege/i)
  const rights = await db.pool.query("select has_table_privilege('orchestra_reader', 'sessions', 'select') as reads, has_table_privilege('orchestra_reader', 'sessions', 'insert, update, delete') as writes, has_schema_privilege('orchestra_reader', 'public', 'create') as makes")
  expect(rights.rows).toEqual([{ reads: true, writes: false, makes: false }])
})

test('two processes migrate the same empty database', async () => {
  const empty = await server.create(true)
  const both = await Promise.all([migrate(empty.pool, migrations), migrate(empty.pool, migrations)])
  expect(both.map((m) => m.applied.length).sort()).toEqual([0, both[0].version])
})

test('the views can be read', async () => {
  await store.transact((tx) => tx.putSession(session('auth')))
  for (const view of ['session_overview', 'message_log', 'event_log', 'usage_by_session']) await db.pool.query(`select * from ${view}`)
  expect((await db.pool.query('select session, state from session_overview')).rows).toEqual([{ session: 'auth', state: 'queued: ' }])
})

test('a sign-in link works once, its cookie until signed out', async () => {
  const accounts = openAccounts(db.pool)
  const token = await accounts.createSignInToken()
  const signedIn = await accounts.redeem(token)
  expect(await accounts.redeem(token)).toBeNull()
  expect(await accounts.whoIs(signedIn?.secret ?? '')).toEqual({ name: 'owner' })
  expect(await accounts.whoIs('x')).toBeNull()
  await accounts.signOut(signedIn?.secret ?? '')
  expect(await accounts.whoIs(signedIn?.secret ?? '')).toBeNull()
})
