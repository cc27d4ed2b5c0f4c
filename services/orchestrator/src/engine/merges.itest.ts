import { randomUUID } from 'node:crypto'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { link } from '@orchestra/contracts'
import type { CommandInput, CommandName, CommandReply, MergeId, MergeView, SessionId, StateSnapshot } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

const run = promisify(execFile)
let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
beforeEach(async () => { t = await startEngine(await server.create()) })
afterEach(() => t.stop())

const dispatch = <N extends CommandName>(name: N, input: CommandInput<N>, actor = owner) => t.engine.dispatch(name, input as never, { actor })
const done = async <N extends CommandName>(name: N, input: CommandInput<N>, actor = owner): Promise<CommandReply<N>> => {
  const reply = await dispatch(name, input, actor)
  if (!reply.ok) throw new Error(`${reply.problem.code}: ${reply.problem.message}`)
  return reply.value
}
/** Resolves with the state in which it holds. */
const until = <T>(look: (state: StateSnapshot) => T | null | undefined | false): Promise<T> => new Promise((resolve, reject) => {
  const check = () => { t.engine.snapshot().then(({ state }) => { const found = look(state); if (found) { stop(); resolve(found) } }, reject) }
  const stop = t.engine.subscribe(check)
  check()
})
const mergeIs = (id: MergeId, ...statuses: MergeView['status'][]) => until((s) => s.merges.find((m) => m.id === id && statuses.includes(m.status)))
const mergeOf = async (id: MergeId) => { const m = await t.store.read.merge(id); if (!m) throw new Error('no merge'); return m }

/** A session with one commit on its branch, made in its worktree with plain git. */
const sessionWith = async (name: string, files: Record<string, string>): Promise<SessionId> => {
  const { session } = await done('session.spawn', { name, instructions: 'x' })
  await t.engine.settled()
  await t.comesUp(session)
  await commitIn(session, files)
  return session
}
const worktree = (session: string) => join(t.home, 'worktrees/shop-1a2b', session)
const commitIn = async (session: string, files: Record<string, string>) => {
  for (const [path, text] of Object.entries(files)) await writeFile(join(worktree(session), path), text)
  await run('git', ['-C', worktree(session), 'add', '-A'])
  await run('git', ['-C', worktree(session), 'commit', '-qm', `Work of ${session}`])
  await t.engine.reconcileNow()
}
const approve = async (merge: MergeId) => { const m = await mergeOf(merge); return dispatch('merge.approve', { merge, tip: m.tip, targetSha: m.targetSha }) }
const checkOf = (merge: MergeId) => `check-${merge.slice(0, 8)}` as SessionId
/** Resolves when the check's container was made: some tests' checks never end by themselves. */
const checkStarted = async (merge: MergeId): Promise<MergeView> => {
  const checking = await mergeIs(merge, 'checking')
  const { ensure } = t.runtime
  const made = new Promise<void>((resolve) => {
    t.runtime.ensure = async (spec) => { const fact = await ensure(spec); if (spec.session === checkOf(merge)) resolve(); return fact }
  })
  if (!t.runtime.containers.has(checkOf(merge))) await made
  t.runtime.ensure = ensure
  return checking
}

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

test('changes are applied to the checkout and taken back', async () => {
  const session = await sessionWith('Limits', { 'limit.js': 'one\n' })
  await writeFile(join(t.dir, 'notes.txt'), 'mine\n')
  expect((await done('session.apply', { session })).files).toEqual(['limit.js'])
  expect(await t.git('status', '--porcelain')).toBe('A  limit.js\n?? notes.txt')
  expect((await t.store.read.session(session))?.applied).toBe(true)
  await done('session.unapply', { session })
  expect(await t.git('status', '--porcelain')).toBe('?? notes.txt')
})
