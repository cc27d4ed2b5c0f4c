/** What becomes of sessions when containers end with the stack, are put away, or are to be made anew. */
import { readFile } from 'node:fs/promises'
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
