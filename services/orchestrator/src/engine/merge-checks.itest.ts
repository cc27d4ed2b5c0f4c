/** Checks that decide a merge, on the merged tree in a container of their own; and those that a person runs in the session's. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { link } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'
import { handsOn } from '../../../../test/harness/merges.ts'

let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
beforeEach(async () => { t = await startEngine(await server.create()) })
afterEach(() => t.stop())

const { dispatch, done, mergeIs, mergeOf, sessionWith, approve, checkOf, checkStarted } = handsOn(() => t)

test('the check command runs on the merged tree, once for a tree', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  await done('settings.save', { checkCommand: 'npm test', setupCommand: 'npm ci' })
  const { merge } = await done('merge.request', { session })
  await approve(merge)
  const checking = await checkStarted(merge)
  const seed = link.Seed.parse(JSON.parse(await readFile(t.seed(checkOf(merge)), 'utf8')))
  expect(seed).toMatchObject({ role: 'check', run: { id: checking.runId, commands: ['npm ci', 'npm test'] } })
  expect(await readFile(join(t.home, '../checks', checkOf(merge), 'limit.js'), 'utf8')).toBe('one\n')
  const id = checking.runId ?? ('' as never)
  // Nobody but the check's own container can speak for the run, or write its log.
  await t.frame(session, { type: 'run-status', id, status: 'passed', exitCode: 0, tree: null, lastLine: 'forged' })
  await t.engine.receiveLog(session, id, Readable.from([Buffer.from('forged\n')]))
  await t.engine.receiveLog(checkOf(merge), id, Readable.from([Buffer.from('$ npm test\n'), Buffer.from('34 passed\n')]))
  await t.frame(checkOf(merge), { type: 'run-status', id, status: 'running', exitCode: null, tree: null, lastLine: '' })
  expect((await mergeOf(merge)).status).toBe('checking')
  await t.frame(checkOf(merge), { type: 'run-status', id, status: 'passed', exitCode: 0, tree: null, lastLine: '34 passed' })
  await mergeIs(merge, 'merged')
  const log = await t.engine.runLog(id, 0)
  expect(log.ok && log.value.bytes.toString()).toBe('$ npm test\n34 passed\n')
  await t.engine.settled()
  expect(t.runtime.containers.has(checkOf(merge))).toBe(false)
  expect(t.bus.opened.has(checkOf(merge))).toBe(false)
  const { entries } = await t.engine.timeline(session, { limit: 50 })
  expect(entries.map((e) => e.text)).toEqual(expect.arrayContaining(['Started checks on the merged tree: npm test', 'Checks on the merged tree passed', expect.stringContaining('Merged into main')]))

  // The same tree again, after an undo of the undo.
  const { sha } = await done('merge.undo', { merge })
  expect(await t.git('rev-parse', 'main')).toBe(sha)
  expect(await t.git('ls-files')).not.toContain('limit.js')
  await t.git('reset', '-q', '--hard', 'HEAD~2')
  await t.engine.reconcileNow()
  const again = await done('merge.request', { session })
  await approve(again.merge)
  await mergeIs(again.merge, 'merged')
  expect((await t.store.read.runs(50)).filter((r) => r.kind === 'merge-check')).toHaveLength(1)
})

test('failed checks move nothing and go back to the executor with the log', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  await done('settings.save', { checkCommand: 'npm test' })
  const main = await t.git('rev-parse', 'main')
  const { merge } = await done('merge.request', { session })
  await approve(merge)
  const id = (await checkStarted(merge)).runId ?? ('' as never)
  await t.engine.receiveLog(checkOf(merge), id, Readable.from([Buffer.from('expected 1, got 2\n')]))
  await t.frame(checkOf(merge), { type: 'run-status', id, status: 'failed', exitCode: 1, tree: null, lastLine: 'expected 1, got 2' })
  const failed = await mergeIs(merge, 'checks_failed')
  expect(failed.statusText).toContain('exit code 1')
  expect(await t.git('rev-parse', 'main')).toBe(main)
  await done('merge.resolve', { merge })
  await t.engine.settled()
  const told = t.bus.inbox.at(-1)
  expect(told).toMatchObject({ session, item: { delivery: { voice: 'person' } } })
  expect(told?.item.delivery.text).toContain('expected 1, got 2')
})

test('a container that ends without a word fails its run', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  await done('settings.save', { checkCommand: 'npm test' })
  const { merge } = await done('merge.request', { session })
  await approve(merge)
  await checkStarted(merge)
  t.runtime.containers.set(checkOf(merge), { session: checkOf(merge), state: 'exited', exitCode: 137, oomKilled: true, startedAt: null })
  await mergeIs(merge, 'checks_failed')
  expect((await t.store.read.runs(1))[0]?.lastLine).toBe('Its container ran out of memory.')
})

test('a check that passed and whose clean-up was cut off leaves nothing', async () => {
  const session = await sessionWith('checked', { 'limit.js': 'one\n' })
  await done('settings.save', { checkCommand: 'npm test' })
  const { merge } = await done('merge.request', { session })
  await approve(merge)
  const id = (await checkStarted(merge)).runId ?? ('' as never)
  const { closeSession } = t.bus
  let cuts = 0
  t.bus.closeSession = async (of, forget) => {
    if (of === checkOf(merge) && (cuts += 1) === 1) throw new Error('cut off')
    return closeSession(of, forget)
  }
  await t.frame(checkOf(merge), { type: 'run-status', id, status: 'passed', exitCode: 0, tree: null, lastLine: '' })
  await mergeIs(merge, 'merged')
  expect((await t.store.read.session(checkOf(merge)))?.phase).toBe('deleted')
  expect(t.bus.opened.has(checkOf(merge))).toBe(false)
  expect(cuts).toBe(2)
})

test('checks can be cancelled, and with them the merge', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  await done('settings.save', { checkCommand: 'sleep 1000' })
  const { merge } = await done('merge.request', { session })
  await approve(merge)
  await checkStarted(merge)
  await done('merge.cancel', { merge })
  await t.engine.settled()
  expect(await mergeOf(merge)).toMatchObject({ status: 'cancelled' })
  expect((await t.store.read.runs(1))[0]?.status).toBe('cancelled')
  expect(t.runtime.containers.has(checkOf(merge))).toBe(false)
})

test('checks in the session\'s own container', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  expect(await dispatch('session.check', { session })).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
  await done('settings.save', { checkCommand: 'npm test' })
  const { run: id } = await done('session.check', { session })
  expect((await done('session.check', { session })).run).toBe(id)
  await t.engine.settled()
  expect(t.bus.controls).toContainEqual({ session, frame: { type: 'run', id, command: 'npm test' } })
  await t.frame(session, { type: 'run-status', id, status: 'running', exitCode: null, tree: null, lastLine: '' })
  await done('run.cancel', { run: id })
  expect(t.bus.controls).toContainEqual({ session, frame: { type: 'run-cancel', id } })
  await t.frame(session, { type: 'run-status', id, status: 'passed', exitCode: 0, tree: null, lastLine: 'too late' })
  expect(await t.store.read.run(id)).toMatchObject({ status: 'cancelled' })
  const retried = await done('run.retry', { run: id })
  expect(retried.run).not.toBe(id)
  expect(await dispatch('run.cancel', { run: randomUUID() as never })).toMatchObject({ ok: false, problem: { code: 'not_found' } })
})
