import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { link, problem } from '@orchestra/contracts'
import type { AttentionView, SessionId } from '@orchestra/contracts'
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

const designer = 'designer' as SessionId
const spawn = async (name: string, more: { base?: string; target?: string } = {}) => {
  const reply = await t.engine.dispatch('session.spawn', { name, instructions: 'Add rate limiting.', ...more }, { actor: owner })
  if (!reply.ok) throw new Error(reply.problem.message)
  return reply.value
}
const row = async (id: string) => { const r = await t.store.read.session(id as SessionId); if (!r) throw new Error(`no ${id}`); return r }
const view = async (id: string) => (await t.engine.snapshot()).state.sessions.find((s) => s.id === id)

test('the designer is there from the start, on the mirror', async () => {
  await t.engine.settled()
  const seed = link.Seed.parse(JSON.parse(await readFile(t.seed(designer), 'utf8')))
  expect(seed).toMatchObject({ role: 'designer', resume: false, brief: null, git: { branch: 'main' } })
  await t.comesUp(designer)
  expect(await view('designer')).toMatchObject({ role: 'designer', status: 'idle' })
  expect(await row('designer')).toMatchObject({ conversationStarted: true, phase: 'running' })
})

test('a spawned executor gets branch, worktree, socket, container and seed', async () => {
  const spawned = await spawn('Rate limiting')
  expect(spawned).toMatchObject({ session: 'rate-limiting', branch: 'rate-limiting', queued: false })
  await t.engine.settled()
  const seed = link.Seed.parse(JSON.parse(await readFile(t.seed(spawned.session), 'utf8')))
  expect(seed.brief).toContain('Add rate limiting.')
  expect(seed.git).toMatchObject({ branch: 'rate-limiting', hasIndex: true, authorName: 'Ada' })
  expect(await readFile(join(t.home, 'worktrees/shop-1a2b/rate-limiting/README.md'), 'utf8')).toBe('# Shop\n')
  expect(t.bus.opened).toContain('rate-limiting')
  expect(t.runtime.ensured.map((e) => e.session).sort()).toEqual(['designer', 'rate-limiting'])
  await t.comesUp(spawned.session)
  expect(await view('rate-limiting')).toMatchObject({ status: 'idle', branch: 'rate-limiting', target: 'main', createdBy: owner })
})

test('names: taken ones get a number, unusable ones and unknown ends are refused', async () => {
  await t.git('branch', 'auth/login')
  expect((await spawn('Auth')).branch).toBe('auth-2')
  expect((await spawn('auth')).session).toBe('auth-2')
  expect((await spawn('Designer')).session).toBe('designer-2')
  const bad = await t.engine.dispatch('session.spawn', { name: '🎉', instructions: 'x' }, { actor: owner })
  expect(bad).toMatchObject({ ok: false, problem: { code: 'name_unusable' } })
  expect(await t.engine.dispatch('session.spawn', { name: 'x', instructions: 'x', base: 'nope' }, { actor: owner })).toMatchObject({ ok: false, problem: { code: 'base_unknown' } })
  expect(await t.engine.dispatch('session.spawn', { name: 'x', instructions: 'x', target: 'nope' }, { actor: owner })).toMatchObject({ ok: false, problem: { code: 'target_unknown' } })
})

test('a repeated command id spawns once', async () => {
  const id = randomUUID()
  const replies = await Promise.all([1, 2, 3].map(() => t.engine.dispatch('session.spawn', { name: 'once', instructions: 'x' }, { actor: owner, id })))
  expect(replies).toEqual([replies[0], replies[0], replies[0]])
  expect((await t.store.read.sessions()).filter((s) => s.role === 'executor')).toHaveLength(1)
})

test('a failed start shows step and log, and can be tried again', async () => {
  await t.engine.settled()
  t.runtime.failNext = problem('engine_failed', 'no space left on device')
  t.runtime.log = 'line 1\nline 2'
  await spawn('doomed')
  await t.engine.settled()
  expect(await view('doomed')).toMatchObject({ status: 'failed', startStep: 'container', problem: { code: 'engine_failed', detail: 'line 1\nline 2' } })
  expect((await t.engine.snapshot()).state.attention).toContainEqual(expect.objectContaining({ kind: 'failed-start', session: 'doomed' }))
  expect(await t.engine.dispatch('session.retry', { session: 'doomed' as SessionId }, { actor: owner })).toMatchObject({ ok: true })
  await t.engine.settled()
  await t.comesUp('doomed' as SessionId)
  expect(await view('doomed')).toMatchObject({ status: 'idle', problem: null })
})

test('over the cap a session waits, and starts when a place is free', async () => {
  await t.engine.dispatch('settings.save', { maxSessions: 1 }, { actor: owner })
  await spawn('one')
  expect((await spawn('two')).queued).toBe(true)
  expect(await view('two')).toMatchObject({ status: 'queued', statusText: expect.stringContaining('1 session runs already') })
  await t.engine.dispatch('session.delete', { session: 'one' as SessionId, confirmed: true }, { actor: owner })
  await t.engine.settled()
  expect(await row('one')).toMatchObject({ phase: 'deleted' })
  expect(await row('two')).toMatchObject({ phase: 'starting', startStep: 'cli' })
  expect(await t.git('branch', '--list', 'one')).toContain('one')
})

test('a container that ends is started again with its conversation', async () => {
  await spawn('phoenix')
  await t.engine.settled()
  await t.comesUp('phoenix' as SessionId)
  const before = await row('phoenix')
  t.runtime.containers.clear()
  await t.engine.reconcileNow()
  await t.engine.settled()
  const seed = link.Seed.parse(JSON.parse(await readFile(t.seed(before.id), 'utf8')))
  expect(seed).toMatchObject({ resume: true, conversation: before.conversation, setupRun: null })
  expect(t.runtime.containers.get(before.id)?.state).toBe('running')
})

test('pause freezes, continue goes on with words, stopAll stops everything', async () => {
  await spawn('worker')
  await t.engine.settled()
  await t.comesUp(designer)
  await t.comesUp('worker' as SessionId)
  expect(await t.engine.dispatch('sessions.stopAll', {}, { actor: owner })).toMatchObject({ ok: true, value: { stopped: 2 } })
  await t.engine.settled()
  expect(t.runtime.containers.get('worker' as SessionId)?.state).toBe('paused')
  expect(await view('worker')).toMatchObject({ status: 'paused' })
  await t.engine.dispatch('session.continue', { session: 'worker' as SessionId, text: 'Go on with tests.' }, { actor: owner })
  await t.engine.settled()
  expect(t.runtime.containers.get('worker' as SessionId)?.state).toBe('running')
  expect(t.bus.inbox.at(-1)).toMatchObject({ session: 'worker', item: { delivery: { voice: 'person', text: '[From: person]\nGo on with tests.' } } })
})

test('a commit of the person on the branch reaches the agent', async () => {
  await spawn('shared')
  await t.engine.settled()
  await t.comesUp('shared' as SessionId)
  const worktree = join(t.home, 'worktrees/shop-1a2b/shared')
  await writeFile(join(worktree, 'by-hand.txt'), 'x\n')
  await t.git('-C', worktree, 'add', '.')
  await t.git('-C', worktree, 'commit', '-qm', 'By hand')
  await t.engine.reconcileNow()
  const tip = await t.git('rev-parse', 'shared')
  expect(t.bus.controls).toContainEqual({ session: 'shared', frame: { type: 'branch', branch: 'shared', tip } })
  expect(await view('shared')).toMatchObject({ tip, aheadBy: 1, behindBy: 0 })
})

test('pages get patches in order without a gap', async () => {
  const seen: number[] = []
  const { seq } = await t.engine.snapshot()
  t.engine.subscribe((n, changes) => { seen.push(n); expect(changes.length).toBeGreaterThan(0) })
  await spawn('visible')
  await t.engine.settled()
  expect(seen[0]).toBe(seq + 1)
  expect(seen).toEqual(seen.map((_, i) => seq + 1 + i))
})

test('what patches say adds up to what a fresh snapshot says', async () => {
  const told = new Map<string, unknown>()
  t.engine.subscribe((_, changes) => { for (const c of changes) told.set(`${c.entity} ${c.id}`, c.value) })
  await spawn('auth')
  await t.engine.settled()
  const auth = 'auth' as SessionId
  await t.comesUp(auth)
  await t.engine.report({ type: 'ask', session: auth, id: randomUUID(), question: 'Which?', options: ['a', 'b'], recommended: null, origin: 'tool' })
  await t.engine.report({ type: 'usage', session: auth, request: randomUUID(), model: 'claude-sonnet-4-5', tokens: { input: 10, output: 5, cacheRead: 0, cacheWrite: 0 }, status: 200, window: null, at: new Date().toISOString() })
  await t.engine.report({ type: 'egress-refused', session: auth, host: 'evil.example', port: 443, reason: 'nobody allowed it', cause: 'unlisted', at: new Date().toISOString() })
  await t.engine.dispatch('message.send', { to: auth, text: 'hello', kind: 'note' }, { actor: owner })
  await t.engine.dispatch('settings.save', { memoryMb: 1024 }, { actor: owner })
  await t.engine.settled()
  const { state } = await t.engine.snapshot()
  expect(state.attention.length).toBeGreaterThan(1)
  // (Some items are as old as the moment at which they are told.)
  const timeless = (items: AttentionView[]) => items.map((item) => ({ ...item, since: '' }))
  expect(timeless(told.get('attention all') as AttentionView[])).toEqual(timeless(state.attention))
  expect(told.get('session auth')).toEqual(state.sessions.find((s) => s.id === auth))
  expect(told.get(`project ${state.project.id}`)).toEqual(state.project)
})

test('a container that keeps ending is left for the person; one that ended with the stack is not counted', async () => {
  await spawn('crashy')
  await t.engine.settled()
  const crashy = 'crashy' as SessionId
  await t.comesUp(crashy)
  // What ends before the first look is over has ended with the stack.
  await t.engine.reconcileNow()
  for (let i = 0; i < 3; i += 1) {
    t.runtime.containers.delete(crashy)
    await t.engine.reconcileNow()
    await t.engine.settled()
    await t.comesUp(crashy)
    expect(await view('crashy')).toMatchObject({ status: 'idle' })
  }
  t.runtime.containers.delete(crashy)
  await t.engine.reconcileNow()
  expect(await view('crashy')).toMatchObject({ status: 'failed', problem: { message: expect.stringContaining('3 times within an hour') } })
})

test('a container whose session is deleted is removed, its volumes are not', async () => {
  await t.engine.reconcileNow()
  t.runtime.containers.set('ghost' as SessionId, { session: 'ghost' as SessionId, state: 'running', exitCode: null, oomKilled: false, startedAt: null })
  await t.engine.reconcileNow()
  expect(t.runtime.containers.has('ghost' as SessionId)).toBe(false)
  expect(t.runtime.removed).toContainEqual({ session: 'ghost', volumes: false })
})

test('a worktree that a person removed is shown as missing and not made again', async () => {
  await spawn('gone')
  await t.engine.settled()
  await t.comesUp('gone' as SessionId)
  const path = join(t.home, 'worktrees/shop-1a2b/gone')
  await rm(path, { recursive: true })
  await t.engine.reconcileNow()
  expect((await view('gone'))?.badges).toContain('worktree missing')
  await t.engine.dispatch('session.restart', { session: 'gone' as SessionId }, { actor: owner })
  await t.engine.settled()
  expect(await view('gone')).toMatchObject({ status: 'failed', startStep: 'worktree' })
  expect(existsSync(path)).toBe(false)
})
