import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SessionId } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'
import { handsOn, run } from '../../../../test/harness/merges.ts'

let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
beforeEach(async () => { t = await startEngine(await server.create()) })
afterEach(() => t.stop())

const { dispatch, done, mergeIs, mergeOf, sessionWith, worktree, commitIn, approve, checkOf, checkStarted, until } = handsOn(() => t)

test('a merge is asked for, approved and landed', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  await t.engine.saveCredential({ kind: 'api-key', secret: 'x', baseUrl: null }, owner)
  const { merge, text } = await done('merge.request', { session, note: 'Ready.' }, { kind: 'session', id: 'designer' as SessionId })
  expect(text).toContain('Merge limits into main? 1 commit, 1 file, +1 −0.')
  const { state } = await t.engine.snapshot()
  expect(state.attention).toMatchObject([{ kind: 'approval', mergeId: merge, session, options: ['Approve and merge', 'Not now'] }, { kind: 'credential' }])
  const diff = await t.engine.mergeDiff(merge)
  expect(diff).toMatchObject({ ok: true, value: { files: [{ path: 'limit.js', status: 'added' }] } })
  expect(await t.git('rev-parse', 'main')).toBe((await mergeOf(merge)).targetSha)

  expect(await approve(merge)).toMatchObject({ ok: true })
  const landed = await mergeIs(merge, 'merged')
  expect(landed.mergedSha).toBe(await t.git('rev-parse', 'main'))
  expect(await readFile(join(t.dir, 'limit.js'), 'utf8')).toBe('one\n')
  expect(await t.git('status', '--porcelain')).toBe('')
  expect(await t.git('log', '-1', '--format=%B')).toContain('Orchestra-Session: limits')
  await t.engine.settled()
  expect(t.bus.inbox.at(-1)).toMatchObject({ session: 'designer', item: { delivery: { voice: 'system' } } })
  expect(t.bus.inbox.at(-1)?.item.delivery.text).toContain('Merged into main at')
  expect((await until((s) => s.sessions.find((x) => x.id === session))).aheadBy).toBe(0)
  expect((await t.engine.snapshot()).state.attention.filter((a) => a.mergeId)).toEqual([])
})

test('only the person approves, and only what was shown', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  const { merge } = await done('merge.request', { session })
  const shown = await mergeOf(merge)
  const bySession = await dispatch('merge.approve', { merge, tip: shown.tip, targetSha: shown.targetSha }, { kind: 'session', id: session })
  expect(bySession).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
  await commitIn(session, { 'more.js': 'two\n' })
  expect(await dispatch('merge.approve', { merge, tip: shown.tip, targetSha: shown.targetSha })).toMatchObject({ ok: false, problem: { code: 'merge_moved' } })
  // The request follows its branch, so that the page shows what an approval now means.
  expect((await mergeOf(merge)).tip).not.toBe(shown.tip)
  const question = (await t.store.read.openQuestions()).find((q) => q.merge === merge)
  expect(question?.text).toContain('2 commits, 2 files')
  expect(await dispatch('message.answer', { message: question?.id ?? ('' as never), option: 0 })).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
  expect(await approve(merge)).toMatchObject({ ok: true })
  await mergeIs(merge, 'merged')
})

test('the second of two merges is computed against the first, and waits for it', async () => {
  const a = await sessionWith('A', { 'a.js': 'a\n' })
  const b = await sessionWith('B', { 'b.js': 'b\n' })
  await done('settings.save', { checkCommand: 'npm test' })
  const [first, second] = [await done('merge.request', { session: a }), await done('merge.request', { session: b })]
  await approve(first.merge)
  await approve(second.merge)
  const one = await checkStarted(first.merge)
  expect((await t.engine.snapshot()).state.merges.find((m) => m.id === second.merge)).toMatchObject({ status: 'waiting', place: 1 })
  await t.frame(checkOf(first.merge), { type: 'run-status', id: one.runId ?? ('' as never), status: 'passed', exitCode: 0, tree: null, lastLine: '' })
  const two = await checkStarted(second.merge)
  expect(await readFile(join(t.home, '../checks', checkOf(second.merge), 'a.js'), 'utf8')).toBe('a\n')
  await t.frame(checkOf(second.merge), { type: 'run-status', id: two.runId ?? ('' as never), status: 'passed', exitCode: 0, tree: null, lastLine: '' })
  await mergeIs(second.merge, 'merged')
  expect(await t.git('log', '--merges', '--format=%s')).toBe('Merge b into main: B\nMerge a into main: A')
})

test('a conflict names the files, moves nothing, and is resolved by the executor', async () => {
  const a = await sessionWith('A', { 'README.md': '# Shop of A\n' })
  const b = await sessionWith('B', { 'README.md': '# Shop of B\n' })
  const second = await done('merge.request', { session: b })
  const first = await done('merge.request', { session: a })
  await approve(first.merge)
  await mergeIs(first.merge, 'merged')
  const main = await t.git('rev-parse', 'main')
  const stuck = await mergeIs(second.merge, 'conflict')
  expect(stuck).toMatchObject({ conflicts: ['README.md'], targetSha: main })
  expect((await t.store.read.openQuestions()).filter((q) => q.merge)).toEqual([])
  expect(await t.git('rev-parse', 'main')).toBe(main)
  await done('merge.resolve', { merge: second.merge })
  await t.engine.settled()
  expect(t.bus.inbox.at(-1)?.item.delivery.text).toContain('git merge refs/orchestra/target')
  await run('git', ['-C', worktree(b), 'merge', '-q', '-X', 'ours', main, '-m', 'Resolve'])
  await t.engine.reconcileNow()
  const third = await done('merge.request', { session: b })
  await approve(third.merge)
  await mergeIs(third.merge, 'merged')
  expect(await t.git('show', 'main:README.md')).toBe('# Shop of B')
})

test('files that the person edited are never touched: refused, then approved again', async () => {
  const session = await sessionWith('Limits', { 'README.md': '# Shop with limits\n' })
  const { merge } = await done('merge.request', { session })
  await writeFile(join(t.dir, 'README.md'), '# My own words\n')
  await writeFile(join(t.dir, 'notes.txt'), 'mine\n')
  const main = await t.git('rev-parse', 'main')
  await approve(merge)
  const refused = await mergeIs(merge, 'refused')
  expect(refused.problem).toMatchObject({ code: 'merge_needs_edited_files', detail: 'README.md' })
  expect(await t.git('rev-parse', 'main')).toBe(main)
  expect(await readFile(join(t.dir, 'README.md'), 'utf8')).toBe('# My own words\n')
  await t.git('checkout', '-q', 'README.md')
  await approve(merge)
  await mergeIs(merge, 'merged')
  expect(await readFile(join(t.dir, 'notes.txt'), 'utf8')).toBe('mine\n')
})

test('nothing to merge is said, a second request replaces the first, "not now" closes it', async () => {
  const { session } = await done('session.spawn', { name: 'Empty', instructions: 'x' })
  await t.engine.settled()
  expect(await dispatch('merge.request', { session })).toMatchObject({ ok: false, problem: { code: 'nothing_to_merge' } })
  const other = await sessionWith('Full', { 'x.js': '1\n' })
  const first = await done('merge.request', { session: other })
  expect((await done('merge.request', { session: other })).merge).toBe(first.merge)
  await done('merge.cancel', { merge: first.merge })
  expect((await t.store.read.openQuestions()).filter((q) => q.merge)).toEqual([])
  expect((await approve(first.merge)).ok).toBe(false)
})

test('changes are applied to the checkout and taken back', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  await writeFile(join(t.dir, 'notes.txt'), 'mine\n')
  expect((await done('session.apply', { session })).files).toEqual(['limit.js'])
  expect(await t.git('status', '--porcelain')).toBe('A  limit.js\n?? notes.txt')
  expect((await t.store.read.session(session))?.applied).toBe(true)
  await done('session.unapply', { session })
  expect(await t.git('status', '--porcelain')).toBe('?? notes.txt')
})
