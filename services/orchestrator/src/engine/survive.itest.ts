/** What becomes of sessions when containers end with the stack, are put away, or are to be made anew. */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { link } from '@orchestra/contracts'
import type { SessionId } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
beforeEach(async () => { t = await startEngine(await server.create()) })
afterEach(() => t.stop())

const id = (name: string) => name as SessionId
const by = { actor: owner }
const view = async (name: string) => (await t.engine.snapshot()).state.sessions.find((s) => s.id === name)
const row = async (name: string) => { const r = await t.store.read.session(id(name)); if (!r) throw new Error(`no ${name}`); return r }
const seedOf = async (name: string) => link.Seed.parse(JSON.parse(await readFile(t.seed(id(name)), 'utf8')))
const spawned = async (name: string) => {
  const reply = await t.engine.dispatch('session.spawn', { name, instructions: 'Work.' }, by)
  if (!reply.ok) throw new Error(reply.problem.message)
  await t.engine.settled()
  await t.comesUp(id(name))
}
const busy = (name: string) => t.frame(id(name), { type: 'cli-status', status: 'busy', at: new Date().toISOString() })
/** Every container is gone when the orchestrator starts: a reboot. */
const rebooted = async () => {
  t.runtime.containers.clear()
  await t.restarted()
  await t.engine.settled()
}

test('after a reboot all sessions start again; one that waits for an answer is not told to go on', async () => {
  await spawned('worker')
  await spawned('asker')
  await busy('worker')
  const asked = await t.engine.dispatch('message.ask', { question: 'Which?', options: [], recommended: null, origin: 'tool' }, { actor: { kind: 'session', id: id('asker') } })
  expect(asked.ok).toBe(true)
  await rebooted()
  expect(await seedOf('worker')).toMatchObject({ resume: true, goOn: true })
  expect(await seedOf('asker')).toMatchObject({ resume: true, goOn: false })
  await t.comesUp(id('asker'))
  expect(await view('asker')).toMatchObject({ status: 'waiting' })
})

test('nothing is called lost after a start before its container was looked at', async () => {
  await spawned('one')
  await t.store.transact(async (tx) => { const s = await tx.session(id('one')); if (s) await tx.putSession({ ...s, container: 'exited', linkUp: false }) })
  t.runtime.containers.clear()
  const { list } = t.runtime
  const looking = Promise.withResolvers<void>()
  t.runtime.list = async () => { await looking.promise; return list() }
  const back = t.restarted()
  await expect.poll(() => view('one'), { timeout: 20_000 }).toMatchObject({ status: 'starting', statusText: expect.stringContaining('not looked') })
  looking.resolve()
  await back
  await t.engine.settled()
  expect(await row('one')).toMatchObject({ phase: 'starting', startStep: 'cli', container: 'running' })
})

test('what says that it works and is silent for the minutes of the setting is stuck, on the page too, until something happens', async () => {
  await spawned('silent')
  await busy('silent')
  await t.engine.dispatch('settings.save', { stuckMinutes: 1 }, by)
  await t.engine.settled()
  expect(await view('silent')).toMatchObject({ status: 'working' })
  const seconds = (n: number) => new Date(Date.now() - n * 1000).toISOString()
  // Nearly a minute ago: the last seconds are waited for.
  await t.store.transact(async (tx) => { const s = await tx.session(id('silent')); if (s) await tx.putSession({ ...s, hookAt: seconds(57), cliAt: seconds(58) }) })
  const told: string[] = []
  const stop = t.engine.subscribe((_, changes) => { for (const c of changes) if (c.entity === 'session' && c.value?.id === 'silent') told.push(c.value.status) })
  await expect.poll(async () => { await t.engine.reconcileNow(); await t.engine.settled(); return told.at(-1) }, { timeout: 20_000 }).toBe('stuck')
  const { state } = await t.engine.snapshot()
  expect(state.sessions.find((s) => s.id === 'silent')?.statusText).toContain('nothing has happened for 1 min')
  expect(state.attention.some((a) => a.session === 'silent' && a.kind === 'stuck')).toBe(true)
  await t.events(id('silent'), 20, { type: 'tool.started', at: seconds(0), call: 'c', tool: 'Bash', input: { command: 'make' } })
  await t.engine.settled()
  expect([await view('silent').then((v) => v?.status), told.at(-1)]).toEqual(['working', 'working'])
  stop()
})

test('a permission prompt that died with its container is withdrawn, and the session goes on', async () => {
  await spawned('prompted')
  await t.engine.dispatch('message.ask', { question: 'May it use rm?', options: ['Allow', 'Deny'], recommended: null, origin: 'permission' }, { actor: { kind: 'session', id: id('prompted') } })
  await rebooted()
  expect(await seedOf('prompted')).toMatchObject({ goOn: true })
  expect(await t.store.read.openQuestions()).toEqual([])
})

test('where the person wants to be asked, sessions are interrupted and go on with one yes', async () => {
  await t.engine.dispatch('settings.save', { afterRestart: 'ask' }, by)
  await t.engine.settled()
  await t.comesUp(id('designer'))
  await spawned('one')
  await spawned('two')
  await rebooted()
  expect(await view('one')).toMatchObject({ status: 'interrupted' })
  expect(t.runtime.containers.size).toBe(0)
  const item = (await t.engine.snapshot()).state.attention.find((a) => a.id === 'interrupted')
  expect(item).toMatchObject({ kind: 'proposal', options: ['Resume all'], text: expect.stringContaining('one, two') })
  await t.engine.dispatch('session.continue', { session: id('one') }, by)
  await t.engine.settled()
  expect(t.runtime.containers.get(id('one'))?.state).toBe('running')
  expect(await t.engine.dispatch('sessions.resume', {}, by)).toMatchObject({ ok: true, value: { resumed: 2 } })
  await t.engine.settled()
  await t.comesUp(id('two'))
  expect(await view('two')).toMatchObject({ status: 'idle' })
  expect((await t.engine.snapshot()).state.attention.some((a) => a.id === 'interrupted')).toBe(false)
})

test('a paused session stays paused over a reboot, and continues with its conversation', async () => {
  await spawned('sleeper')
  await t.engine.dispatch('session.pause', { session: id('sleeper') }, by)
  await t.engine.settled()
  await rebooted()
  expect(await view('sleeper')).toMatchObject({ status: 'paused' })
  await t.engine.dispatch('session.continue', { session: id('sleeper') }, by)
  await t.engine.settled()
  expect(await seedOf('sleeper')).toMatchObject({ resume: true })
})

test('an archived session has no container and keeps its volumes, worktree and branch; it can go on', async () => {
  await spawned('kept')
  const before = await row('kept')
  expect(await t.engine.dispatch('session.archive', { session: id('kept') }, by)).toMatchObject({ ok: true })
  await t.engine.settled()
  expect(await view('kept')).toMatchObject({ status: 'archived' })
  expect(t.runtime.containers.has(id('kept'))).toBe(false)
  expect(t.runtime.removed.filter((r) => r.session === 'kept').every((r) => !r.volumes)).toBe(true)
  expect(t.bus.opened.has(id('kept'))).toBe(false)
  expect(await t.git('branch', '--list', 'kept')).toContain('kept')
  await t.engine.reconcileNow()
  expect(await view('kept')).toMatchObject({ status: 'archived' })
  await t.engine.dispatch('session.continue', { session: id('kept') }, by)
  await t.engine.settled()
  expect(await seedOf('kept')).toMatchObject({ resume: true, conversation: before.conversation })
})

test('a container is made anew at the next idle moment, not in the middle of a turn', async () => {
  await spawned('pairing')
  await busy('pairing')
  const made = t.runtime.ensured.length
  await t.engine.dispatch('session.pair', { session: id('pairing'), paired: true }, by)
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(t.runtime.ensured.length).toBe(made)
  await t.frame(id('pairing'), { type: 'cli-status', status: 'idle', at: new Date().toISOString() })
  await t.engine.settled()
  expect(t.runtime.ensured.at(-1)).toMatchObject({ session: 'pairing', paired: true })
})

const ago = (days: number) => new Date(Date.now() - days * 24 * 3_600_000).toISOString()
/** Its stand-in of a container has nothing to push: its worktree stays, which alone would keep it. */
const deletedLongAgo = async (name: string, days: number) => {
  await t.engine.dispatch('session.delete', { session: id(name), confirmed: true }, by)
  await t.engine.settled()
  await t.store.transact(async (tx) => { const s = await tx.session(id(name)); if (s) await tx.putSession({ ...s, deletedAt: ago(days), problem: null }) })
}
const commitOn = async (branch: string) => {
  await t.git('-C', join(t.home, 'worktrees/shop-1a2b', branch), 'commit', '-q', '--allow-empty', '-m', `Work of ${branch}`)
  await t.engine.reconcileNow()
}

test('a session that was deleted long ago is trimmed, unless something of it is not merged', async () => {
  await spawned('merged')
  await spawned('unmerged')
  await spawned('recent')
  await commitOn('unmerged')
  for (const [name, days] of [['merged', 31], ['unmerged', 1000], ['recent', 5]] as const) await deletedLongAgo(name, days)
  await t.engine.trimNow()
  expect((await row('merged')).trimmedAt).not.toBeNull()
  expect(await view('merged')).toBeUndefined()
  expect(await t.store.read.events({ session: id('merged'), limit: 10 })).toEqual([])
  expect(await t.git('branch', '--list', 'merged')).toContain('merged')
  expect(await t.git('for-each-ref', 'refs/orchestra/pin/merged')).toBe('')
  for (const name of ['unmerged', 'recent']) {
    expect((await row(name)).trimmedAt).toBeNull()
    expect((await t.store.read.events({ session: id(name), limit: 10 })).length).toBeGreaterThan(0)
  }
  expect(await t.git('for-each-ref', 'refs/orchestra/pin/unmerged')).not.toBe('')
})

test('events are trimmed by size, the oldest first', async () => {
  await spawned('chatty')
  await t.events(id('chatty'), 2, ...Array.from({ length: 30 }, (_, i) => ({ type: 'notice' as const, at: new Date().toISOString(), text: `${i} ${Array.from({ length: 3900 }, () => Math.random().toString(36)[2]).join('')}` })))
  await t.engine.dispatch('settings.save', { keepEventsMb: 10 }, by)
  await t.engine.trimNow()
  const before = await t.store.read.events({ session: id('chatty'), limit: 100 })
  expect(await t.store.trimEvents({ days: 90, megabytes: 0.05 })).toBeGreaterThan(10)
  const after = await t.store.read.events({ session: id('chatty'), limit: 100 })
  expect(after.length).toBeGreaterThan(0)
  expect(after).toEqual(before.slice(-after.length))
  expect(after.length).toBeLessThan(before.length)
})

test('what sessions hold is listed, and a merged one is offered for clean-up', async () => {
  await spawned('heavy')
  await commitOn('heavy')
  const diskOf = async () => { const d = await t.engine.disk(); if (!d.ok) throw new Error(d.problem.message); return d.value.sessions.find((s) => s.session === 'heavy') }
  expect(await diskOf()).toMatchObject({ volumes: 1000, mergedWhole: false })
  expect((await diskOf())?.worktree).toBeGreaterThan(0)
  await t.git('merge', '-q', 'heavy')
  await t.engine.reconcileNow()
  expect(await diskOf()).toMatchObject({ mergedWhole: true })
})

test('volumes whose session no row knows are named, with what they hold', async () => {
  await spawned('known')
  t.runtime.containers.set(id('unknown'), { ...t.runtime.containers.get(id('known')) } as never)
  expect(await t.engine.disk()).toMatchObject({ ok: true, value: { orphans: [{ session: 'unknown', bytes: 1000 }] } })
})

test('a socket that the relay has lost is opened again; sockets and seeds of nobody go', async () => {
  await spawned('known')
  t.bus.opened.delete(id('known'))
  t.bus.opened.add(id('nobody'))
  await mkdir(join(t.seeds, 'nobody'))
  await t.engine.reconcileNow()
  expect(t.bus.opened.has(id('known'))).toBe(true)
  expect(t.bus.opened.has(id('nobody'))).toBe(false)
  expect(existsSync(join(t.seeds, 'nobody'))).toBe(false)
  expect(existsSync(t.seed(id('known')))).toBe(true)
})

test('a start waits for a spawner that is away, and is done when it is back', async () => {
  t.runtime.failNext = { code: 'spawner_unreachable', message: 'The spawner does not answer.', next: '' }
  await t.engine.dispatch('session.spawn', { name: 'patient', instructions: 'Work.' }, by)
  await t.engine.settled()
  await t.comesUp(id('patient'))
  expect(await view('patient')).toMatchObject({ status: 'idle' })
})

test('a container that another hand froze is thawed, one that it thawed is frozen again', async () => {
  await spawned('frozen')
  await t.runtime.pause(id('frozen'))
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(t.runtime.containers.get(id('frozen'))?.state).toBe('running')
  await t.engine.dispatch('session.pause', { session: id('frozen') }, by)
  await t.engine.settled()
  await t.runtime.unpause(id('frozen'))
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(t.runtime.containers.get(id('frozen'))?.state).toBe('paused')
})

test('a container that is killed while it starts is started again, some times; one that ends by itself has failed', async () => {
  const ends = async (exitCode: number): Promise<void> => {
    t.runtime.containers.set(id('young'), { session: id('young'), state: 'exited', exitCode, oomKilled: false, startedAt: null })
    await t.engine.reconcileNow()
    await t.engine.settled()
  }
  // What ends before the first look is over has ended with the stack, which counts for nothing.
  await t.engine.reconcileNow()
  await t.engine.dispatch('session.spawn', { name: 'young', instructions: 'Work.' }, by)
  await t.engine.settled()
  for (let i = 0; i < 3; i += 1) {
    await ends(137)
    expect(t.runtime.containers.get(id('young'))?.state).toBe('running')
    expect(await view('young')).toMatchObject({ status: 'starting' })
  }
  await ends(137)
  expect(await view('young')).toMatchObject({ status: 'failed', problem: { message: expect.stringContaining('exit code 137') as string } })
  await t.engine.dispatch('session.retry', { session: id('young') }, by)
  await t.engine.settled()
  await ends(1)
  expect(await view('young')).toMatchObject({ status: 'failed', problem: { message: expect.stringContaining('exit code 1.') as string } })
})
