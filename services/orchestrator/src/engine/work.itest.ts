/** Work that comes back from agents, deletion and restoring, on real git. The agent's side is a clone beside the worktree. */
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link as hardLink, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { RunId, SessionId, Sha } from '@orchestra/contracts'
import { link } from '@orchestra/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../../../../test/harness/database.ts'
import type { DatabaseServer } from '../../../../test/harness/database.ts'
import { owner, startEngine } from '../../../../test/harness/engine.ts'
import type { EngineUnderTest } from '../../../../test/harness/engine.ts'

const run = promisify(execFile)
const auth = 'auth' as SessionId
let server: DatabaseServer
let t: EngineUnderTest
beforeAll(async () => { server = await startDatabase() })
afterAll(() => server.stop())
afterEach(() => t.stop())
beforeEach(async () => {
  t = await startEngine(await server.create())
  await t.engine.dispatch('session.spawn', { name: 'auth', instructions: 'x' }, { actor: owner })
  await t.engine.settled()
  await t.comesUp(auth)
})

/** A pack of what `commit` has and main has not, as agentd makes it. Read before it is handed on: a child's output is lost when it ends unread. */
const packOf = async (repo: string, commit: string): Promise<Readable> => {
  const git = spawn('git', ['-C', repo, 'pack-objects', '--stdout', '--revs', '-q'])
  git.stdin.end(`${commit}\n^main\n`)
  return Readable.from([await buffer(git.stdout)])
}

const made: string[] = []
afterAll(async () => { for (const dir of made) await rm(dir, { recursive: true, force: true }) })
/** The agent's private repository, with a commit on its branch. */
const agent = async (file: string) => {
  const dir = await mkdtemp(join(tmpdir(), 'agent-'))
  made.push(dir)
  const git = async (...args: string[]) => (await run('git', ['-C', dir, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args])).stdout.trim()
  await run('git', ['clone', '-q', t.dir, dir])
  await git('checkout', '-qb', 'auth')
  await writeFile(join(dir, file), 'made by an agent\n')
  await git('add', '.')
  await git('commit', '-qm', `Add ${file}`)
  return { dir, git, tip: (await git('rev-parse', 'HEAD')) as Sha }
}
const view = async () => (await t.engine.snapshot()).state.sessions.find((s) => s.id === auth)
const worktree = () => join(t.home, 'worktrees/shop-1a2b/auth')

test('a commit appears on the branch, in the counts and as a diff', async () => {
  const a = await agent('limit.js')
  await writeFile(join(worktree(), 'limit.js'), 'made by an agent\n')
  expect(await t.engine.receivePack(auth, 'commits', a.tip, a.tip, await packOf(a.dir, a.tip))).toEqual({ accepted: true, tip: a.tip })
  expect(await t.git('rev-parse', 'auth')).toBe(a.tip)
  await expect.poll(view).toMatchObject({ tip: a.tip, aheadBy: 1, diffStat: { files: 1, added: 1, removed: 0 } })
  const diff = await t.engine.diff(auth, 3)
  expect(diff).toMatchObject({ ok: true, value: { tip: a.tip, files: [{ path: 'limit.js', state: 'committed' }] } })
  expect(t.bus.controls.filter((c) => c.frame.type === 'branch')).toEqual([])
})

test('a snapshot raises the version and shows what is not committed', async () => {
  const a = await agent('draft.js')
  const before = (await view())?.diffVersion ?? 0
  expect(await t.engine.receivePack(auth, 'snapshot', a.tip, (await t.git('rev-parse', 'main')) as Sha, await packOf(a.dir, a.tip))).toMatchObject({ accepted: true })
  expect((await view())?.diffVersion).toBeGreaterThan(before)
  expect(await t.engine.diff(auth, 3)).toMatchObject({ ok: true, value: { files: [{ path: 'draft.js', state: 'uncommitted' }] } })
})

test('a completion is recorded when what was committed before it is on the branch', async () => {
  const a = await agent('limit.js')
  const snapshot = (await a.git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'snapshot')) as Sha
  await writeFile(join(worktree(), 'limit.js'), 'made by an agent\n')
  t.bus.onControl = async (session, frame) => {
    if (frame.type !== 'sync') return
    await t.engine.receivePack(session, 'commits', a.tip, a.tip, await packOf(a.dir, a.tip))
    await t.engine.receivePack(session, 'snapshot', snapshot, a.tip, await packOf(a.dir, snapshot))
  }
  await t.engine.toolCall({ id: randomUUID(), session: auth, tool: 'complete', args: { summary: 'Done.', tested: 'nothing' } })
  const events = (await t.store.read.events({ session: auth, limit: 100, types: ['import.commits', 'message.sent'] })).map((e) => e.type)
  expect(events).toEqual(['import.commits', 'message.sent'])
})

test('deleting shows what would go, keeps the branch, and can be taken back', async () => {
  const a = await agent('limit.js')
  await writeFile(join(worktree(), 'limit.js'), 'made by an agent\n')
  await t.engine.receivePack(auth, 'commits', a.tip, a.tip, await packOf(a.dir, a.tip))
  const shown = await t.engine.dispatch('session.delete', { session: auth, confirmed: false }, { actor: owner })
  expect(shown).toMatchObject({ ok: true, value: { deleted: false, unmergedCommits: 1, uncommittedFiles: [] } })
  expect((await view())?.status).toBe('idle')
  const snapshot = (await a.git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'snapshot')) as Sha
  t.bus.onControl = async (session, frame) => { if (frame.type === 'sync') await t.engine.receivePack(session, 'snapshot', snapshot, a.tip, await packOf(a.dir, snapshot)) }
  await t.engine.dispatch('session.delete', { session: auth, confirmed: true }, { actor: owner })
  await t.engine.settled()
  expect((await view())?.status).toBe('deleted')
  expect(existsSync(worktree())).toBe(false)
  expect(await t.git('rev-parse', 'auth')).toBe(a.tip)
  expect(t.runtime.containers.has(auth)).toBe(false)
  expect(await t.engine.dispatch('session.restore', { session: auth }, { actor: owner })).toMatchObject({ ok: true })
  await t.engine.settled()
  expect(await readFile(join(worktree(), 'limit.js'), 'utf8')).toBe('made by an agent\n')
  expect(link.Seed.parse(JSON.parse(await readFile(t.seed(auth), 'utf8')))).toMatchObject({ resume: false, git: { tip: a.tip } })
})

test('a worktree whose uncommitted files could not be saved is left, and found again by restore', async () => {
  await t.engine.report({ type: 'link', session: auth, up: false, at: new Date().toISOString() })
  await writeFile(join(worktree(), 'only-here.txt'), 'precious\n')
  await t.engine.dispatch('session.delete', { session: auth, confirmed: true }, { actor: owner })
  await t.engine.settled()
  expect(await view()).toMatchObject({ status: 'deleted', problem: { message: expect.stringContaining(worktree()) } })
  await t.engine.dispatch('session.restore', { session: auth }, { actor: owner })
  await t.engine.settled()
  expect(await readFile(join(worktree(), 'only-here.txt'), 'utf8')).toBe('precious\n')
})

test('the designer can\'t be deleted', async () => {
  expect(await t.engine.dispatch('session.delete', { session: 'designer' as SessionId, confirmed: true }, { actor: owner })).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
})

test('a setup command runs before the first turn; its failure shows its log and can be tried again', async () => {
  await t.engine.dispatch('settings.save', { setupCommand: 'npm ci' }, { actor: owner })
  await t.engine.dispatch('session.spawn', { name: 'fresh', instructions: 'x' }, { actor: owner })
  await t.engine.settled()
  const fresh = 'fresh' as SessionId
  const seed = link.Seed.parse(JSON.parse(await readFile(t.seed(fresh), 'utf8')))
  expect(seed).toMatchObject({ setupCommand: 'npm ci' })
  const id = seed.setupRun as RunId
  await t.engine.report({ type: 'link', session: fresh, up: true, at: new Date().toISOString() })
  await t.frame(fresh, { type: 'progress', step: 'setup', text: 'npm ci' })
  await t.frame(fresh, { type: 'run-status', id, status: 'running', exitCode: null, tree: null, lastLine: '' })
  await t.engine.receiveLog(fresh, id, Readable.from([Buffer.from('npm error\nmissing lock file\n')]))
  await t.engine.receiveLog(auth, id, Readable.from([Buffer.from('not mine')]))
  await t.frame(fresh, { type: 'run-status', id, status: 'failed', exitCode: 1, tree: null, lastLine: 'missing lock file' })
  await t.frame(fresh, { type: 'progress', step: 'failed', text: 'npm error\nmissing lock file' })
  const log = await t.engine.runLog(id, 0)
  expect(log.ok && log.value.bytes.toString()).toBe('npm error\nmissing lock file\n')
  const { state } = await t.engine.snapshot()
  expect(state.runs.find((r) => r.id === id)).toMatchObject({ status: 'failed', exitCode: 1, lastLine: 'missing lock file' })
  expect(state.sessions.find((s) => s.id === fresh)).toMatchObject({ status: 'failed', startStep: 'setup', problem: { detail: 'npm error\nmissing lock file' } })
  await t.engine.dispatch('session.retry', { session: fresh }, { actor: owner })
  await t.engine.settled()
  const again = link.Seed.parse(JSON.parse(await readFile(t.seed(fresh), 'utf8')))
  expect(again.setupRun).not.toBe(id)
})

test('pairing makes the container anew and keeps the conversation', async () => {
  const before = await t.store.read.session(auth)
  await t.engine.dispatch('session.pair', { session: auth, paired: true }, { actor: owner })
  await t.engine.settled()
  expect(t.runtime.ensured.at(-1)).toMatchObject({ session: auth, paired: true })
  expect(link.Seed.parse(JSON.parse(await readFile(t.seed(auth), 'utf8')))).toMatchObject({ paired: true, resume: true, conversation: before?.conversation })
})

test('the spec is written under its revision, and listeners hear of it', async () => {
  const heard = new Promise<void>((resolve) => t.engine.onSpec(resolve))
  const { revision } = await t.engine.readSpec()
  expect(await t.engine.writeSpec('# Limits\n', revision || null, owner)).toMatchObject({ ok: true })
  await heard
  expect((await t.engine.readSpec()).text).toBe('# Limits\n')
  expect(await t.engine.writeSpec('# Other\n', 'stale', owner)).toMatchObject({ ok: false, problem: { code: 'spec_conflict' } })
  expect(await t.git('status', '--porcelain')).toBe('')
})

test('a session whose .git was replaced is paused, says what to do, and is rebuilt without a file lost', async () => {
  const gitfile = join(worktree(), '.git')
  const written = await readFile(gitfile, 'utf8')
  await writeFile(join(worktree(), 'mine.txt'), 'not committed\n')
  await rm(gitfile)
  await t.git('init', '-q', worktree())
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(await view()).toMatchObject({ status: 'paused', pausedBy: 'gitfile', badges: ['worktree missing'], statusText: expect.stringContaining('Rebuild') as string })
  expect(t.runtime.containers.get(auth)?.state).toBe('paused')
  expect((await t.engine.snapshot()).state.attention.find((a) => a.session === auth)).toMatchObject({ kind: 'error', text: expect.stringContaining('.git') as string })
  expect(await t.engine.dispatch('session.continue', { session: auth }, { actor: owner })).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
  expect(await t.engine.dispatch('session.rebuild', { session: auth }, { actor: owner })).toMatchObject({ ok: true })
  await t.engine.settled()
  expect(t.runtime.removed).toContainEqual({ session: auth, volumes: false })
  expect(t.runtime.containers.get(auth)?.state).toBe('running')
  expect(await readFile(gitfile, 'utf8')).toBe(written)
  expect(await readFile(join(worktree(), 'mine.txt'), 'utf8')).toBe('not committed\n')
  const [kept] = await readdir(join(worktree(), '../.replaced-git'))
  expect(existsSync(join(worktree(), '../.replaced-git', kept ?? '', 'HEAD'))).toBe(true)
  expect(await view()).toMatchObject({ pausedBy: null, badges: [] })
})

test('a .git that says the same but is another file counts as replaced: the mount over it is gone', async () => {
  const gitfile = join(worktree(), '.git')
  await t.engine.reconcileNow()
  await writeFile(`${gitfile}.new`, await readFile(gitfile, 'utf8'))
  await rename(`${gitfile}.new`, gitfile)
  await t.engine.reconcileNow()
  expect(await view()).toMatchObject({ status: 'paused', pausedBy: 'gitfile' })
})

test('a restored session stands over the .git of its new worktree', async () => {
  const a = await agent('draft.js')
  t.bus.onControl = async (session, frame) => { if (frame.type === 'sync') await t.engine.receivePack(session, 'snapshot', a.tip, (await t.git('rev-parse', 'main')) as Sha, await packOf(a.dir, a.tip)) }
  await t.engine.reconcileNow()
  // Held by another name: else the new file could get the old one's number.
  await hardLink(join(worktree(), '.git'), join(t.home, 'held'))
  await t.engine.dispatch('session.delete', { session: auth, confirmed: true }, { actor: owner })
  await t.engine.settled()
  await t.engine.dispatch('session.restore', { session: auth }, { actor: owner })
  await t.engine.settled()
  await t.comesUp(auth)
  await t.engine.reconcileNow()
  expect(await view()).toMatchObject({ status: 'idle', badges: [] })
})

test('a worktree that is gone is made again from its snapshot, and only when asked for', async () => {
  const a = await agent('draft.js')
  await t.engine.receivePack(auth, 'snapshot', a.tip, (await t.git('rev-parse', 'main')) as Sha, await packOf(a.dir, a.tip))
  await rm(worktree(), { recursive: true })
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(await view()).toMatchObject({ status: 'paused', pausedBy: 'gitfile' })
  expect(existsSync(worktree())).toBe(false)
  expect(await t.engine.dispatch('session.rebuild', { session: auth }, { actor: owner })).toMatchObject({ ok: true })
  await t.engine.settled()
  expect(await readFile(join(worktree(), 'draft.js'), 'utf8')).toBe('made by an agent\n')
  expect((await run('git', ['-C', worktree(), 'status', '--porcelain'])).stdout).toBe('?? draft.js\n')
})

test('a repository inside the worktree is badged and told of, whatever the agent says', async () => {
  await run('git', ['init', '-q', join(worktree(), 'a b/nested')])
  await t.engine.reconcileNow()
  expect(await view()).toMatchObject({ badges: ['nested repository'] })
  const { entries } = await t.engine.timeline(auth, { limit: 5 })
  expect(JSON.stringify(entries)).toContain('a b/nested')
  await rm(join(worktree(), 'a b'), { recursive: true })
  await t.engine.reconcileNow()
  expect(await view()).toMatchObject({ badges: [] })
})

test('the disk is warned of when it is low, sessions pause before it is full, and go on by themselves', async () => {
  const warnings = async () => (await t.engine.snapshot()).state.project.warnings.join()
  t.disks.push({ what: 'the worktrees', freeMb: 2000, totalMb: 100_000 })
  await t.engine.reconcileNow()
  expect(await warnings()).toContain('the worktrees has about 2000 MB left')
  expect(await view()).toMatchObject({ status: 'idle' })
  t.disks.splice(0, 1, { what: 'the worktrees', freeMb: 900, totalMb: 100_000 })
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(await view()).toMatchObject({ status: 'paused', pausedBy: 'disk', statusText: expect.stringContaining('900 MB') as string })
  t.disks.splice(0, 1, { what: 'the worktrees', freeMb: 2000, totalMb: 100_000 })
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(await view()).toMatchObject({ status: 'paused' })
  t.disks.splice(0, 1, { what: 'the worktrees', freeMb: 5000, totalMb: 100_000 })
  await t.engine.reconcileNow()
  await t.engine.settled()
  expect(await view()).toMatchObject({ pausedBy: null, status: 'idle' })
  expect(await warnings()).toBe('')
})
