/** Merges into branches that are checked out: what follows, what stays, what is refused, and what a killed process leaves. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sha } from '@orchestra/contracts'
import type { LandOutcome, Repository } from '../../ports/repository.ts'
import type { CrashJob } from './testing/crash-child.ts'
import { makeRig, must, put, type Rig } from './testing/rig.ts'

let rig: Rig
beforeEach(() => { rig = makeRig({ 'README.md': 'hello\n', 'src/a.txt': 'one\ntwo\nthree\n', 'src/b.txt': 'b\n', 'dir/x.txt': 'x\n', gone: 'gone\n' }) })
afterEach(() => rig.remove())

const status = (): string[] => rig.person.git('status', '--porcelain').split('\n').filter((l) => l !== '').sort()
const text = (p: string): string => readFileSync(join(rig.project, p), 'utf8')
type Merge = Parameters<Repository['landMerge']>[0]

/** A session whose branch has these files (null: deleted), ready to be merged into main. */
const merge = async (files: Record<string, string | null>, id = 'work'): Promise<Merge> => {
  const t = await rig.session(id)
  for (const [p, c] of Object.entries(files)) {
    rmSync(join(t.spec.path, p), { recursive: true, force: true })
    if (c !== null) put(t.spec.path, p, c)
  }
  const tip = t.commit()
  await t.import()
  const targetSha = (await rig.repo.branchTip('main'))!
  const p = await rig.repo.previewMerge(targetSha, tip)
  if (p.kind !== 'clean') throw new Error(`conflict in ${p.files.join()}`)
  return { target: 'main', targetSha, tip, tree: p.tree, message: 'Merge work' }
}

describe('a dirty checkout', () => {
  it('edited, staged, untracked and ignored files stay; the rest follows', async () => {
    const m = await merge({ 'src/a.txt': 'agent\n', 'new/deep.txt': 'n\n', gone: null, 'dir/x.txt': null, dir: 'now a file\n' })
    put(rig.project, 'README.md', 'edited\n')
    put(rig.project, 'src/b.txt', 'staged\n')
    rig.person.git('add', 'src/b.txt')
    put(rig.project, 'src/b.txt', 'staged and edited\n')
    put(rig.project, 'staged-new.txt', 's\n')
    rig.person.git('add', 'staged-new.txt')
    put(rig.project, 'untracked.txt', 'u\n')
    expect(await rig.repo.landMerge(m)).toMatchObject({ kind: 'landed', checkoutUpdated: true })
    expect(status()).toEqual([' M README.md', '?? untracked.txt', 'A  staged-new.txt', 'MM src/b.txt'])
    expect([text('src/a.txt'), text('new/deep.txt'), text('dir'), text('src/b.txt')]).toEqual(['agent\n', 'n\n', 'now a file\n', 'staged and edited\n'])
    expect(existsSync(join(rig.project, 'gone'))).toBe(false)
    expect(rig.person.git('fsck', '--no-dangling')).toBe('')
    expect(readdirSync(join(rig.project, '.git')).filter((f) => f.includes('orchestra') || f.endsWith('.lock'))).toEqual([])
  })

  const refusals: [string, Record<string, string | null>, () => void, string[]][] = [
    ['edited', { 'src/a.txt': 'agent\n' }, () => put(rig.project, 'src/a.txt', 'mine\n'), ['src/a.txt']],
    ['staged', { 'src/a.txt': 'agent\n' }, () => { put(rig.project, 'src/a.txt', 'mine\n'); rig.person.git('add', 'src/a.txt') }, ['src/a.txt']],
    ['staged and put back on disk', { 'src/a.txt': 'agent\n' }, () => { put(rig.project, 'src/a.txt', 'mine\n'); rig.person.git('add', 'src/a.txt'); put(rig.project, 'src/a.txt', 'one\ntwo\nthree\n') }, ['src/a.txt']],
    ['deleted by the person', { 'src/a.txt': 'agent\n' }, () => rmSync(join(rig.project, 'src/a.txt')), ['src/a.txt']],
    ['edited and deleted by the merge', { gone: null }, () => put(rig.project, 'gone', 'kept\n'), ['gone']],
    ['untracked in the way', { 'n.txt': 'agent\n' }, () => put(rig.project, 'n.txt', 'mine\n'), ['n.txt']],
    ['ignored in the way', { 'n.log': 'agent\n' }, () => { put(rig.project, '.git/info/exclude', '*.log\n'); put(rig.project, 'n.log', 'mine\n') }, ['n.log']],
    ['an untracked file where a folder goes', { 'n/x.txt': 'agent\n' }, () => put(rig.project, 'n', 'mine\n'), ['n']],
    ['an untracked folder where a file goes', { n: 'agent\n' }, () => put(rig.project, 'n/deep/x.txt', 'mine\n'), ['n/deep/x.txt']],
    ['an untracked file in a tracked folder that becomes a file', { 'dir/x.txt': null, dir: 'f\n' }, () => put(rig.project, 'dir/mine.txt', 'mine\n'), ['dir/mine.txt']],
    ['a link where a folder was', { 'dir/y.txt': 'agent\n' }, () => { rmSync(join(rig.project, 'dir'), { recursive: true }); mkdirSync(join(rig.root, 'elsewhere')); symlinkSync(join(rig.root, 'elsewhere'), join(rig.project, 'dir')) }, ['dir']],
    ['made executable', { 'src/a.txt': 'agent\n' }, () => rig.person.git('update-index', '--chmod=+x', 'src/a.txt'), ['src/a.txt']],
  ]
  it.each(refusals)('is refused before anything moves: %s', async (_name, files, byHand, needed) => {
    const m = await merge({ ...files, 'other.txt': 'other\n' })
    byHand()
    const before = [status(), rig.person.git('ls-files', '-s'), rig.person.git('rev-parse', 'main')]
    const out = await rig.repo.landMerge(m)
    expect(out).toEqual({ kind: 'needs-edited-files', files: needed })
    expect([status(), rig.person.git('ls-files', '-s'), rig.person.git('rev-parse', 'main')]).toEqual(before)
    expect(existsSync(join(rig.project, 'other.txt'))).toBe(false)
    expect(existsSync(join(rig.root, 'elsewhere', 'y.txt'))).toBe(false)
  })

  it('a file that was only touched is not an edited one', async () => {
    const m = await merge({ 'src/a.txt': 'agent\n' })
    writeFileSync(join(rig.project, 'src/a.txt'), 'one\ntwo\nthree\n')
    expect((await rig.repo.landMerge(m)).kind).toBe('landed')
    expect(status()).toEqual([])
  })

  it('waits for an open merge or rebase; a branch nobody has checked out just moves', async () => {
    const m = await merge({ 'src/a.txt': 'agent\n' })
    rig.person.git('checkout', '-qb', 'side')
    rig.commit({ 'src/a.txt': 'side\n' })
    expect(await rig.repo.landMerge(m)).toMatchObject({ kind: 'landed', checkoutUpdated: false })
    expect(text('src/a.txt')).toBe('side\n')
    expect(status()).toEqual([])
    expect(rig.person.try('merge', 'main').code).not.toBe(0)
    const n = await rig.repo.previewMerge((await rig.repo.branchTip('side'))!, (await rig.repo.branchTip('side'))!)
    expect(n.kind).toBe('clean')
    expect((await rig.repo.checkout()).busy).toBe('merge')
    rig.person.git('merge', '--abort')
    expect(rig.person.try('rebase', 'main').code).not.toBe(0)
    const t = await rig.session('late', 'main')
    const tip = t.commit({ 'l.txt': 'l' })
    await t.import()
    const side = (await rig.repo.branchTip('side'))!
    const tree = await rig.repo.previewMerge(side, tip)
    expect(tree.kind).toBe('conflict')
    expect(await rig.repo.landMerge({ target: 'side', targetSha: side, tip: side, tree: t.spec.base, message: 'x' })).toMatchObject({ kind: 'landed' })
    expect(await rig.repo.revert({ target: 'side', merged: side, message: 'x' })).toMatchObject({ ok: false, problem: { code: 'repository_busy' } })
  })

  it('a target that is checked out in a linked worktree follows there', async () => {
    rig.person.git('branch', 'release')
    const place = join(rig.root, 'linked')
    rig.person.git('worktree', 'add', '-q', place, 'release')
    put(place, 'README.md', 'dirty\n')
    const m = { ...await merge({ 'src/a.txt': 'agent\n' }), target: 'release' }
    expect(await rig.repo.landMerge(m)).toMatchObject({ kind: 'landed', checkoutUpdated: true })
    expect(readFileSync(join(place, 'src/a.txt'), 'utf8')).toBe('agent\n')
    expect(text('src/a.txt')).toBe('one\ntwo\nthree\n')
    rmSync(place, { recursive: true })
    const again = (await rig.repo.branchTip('release'))!
    const t = await rig.session('two', 'release')
    const tip = t.commit({ 'z.txt': 'z' })
    await t.import()
    const p = await rig.repo.previewMerge(again, tip)
    if (p.kind !== 'clean') throw new Error('conflict')
    expect(await rig.repo.landMerge({ target: 'release', targetSha: again, tip, tree: p.tree, message: 'm' })).toMatchObject({ kind: 'busy' })
  })

  it('one winner among merges at the same moment', async () => {
    const ms = [await merge({ 'one.txt': '1' }, 'one'), await merge({ 'two.txt': '2' }, 'two'), await merge({ 'three.txt': '3' }, 'three')]
    const outs: LandOutcome[] = await Promise.all(ms.map((m) => rig.repo.landMerge(m)))
    expect(outs.map((o) => o.kind).sort()).toEqual(['landed', 'moved', 'moved'])
  })

  it('line endings and modes come out as a checkout of the person would make them', async () => {
    rig.commit({ '.gitattributes': '*.bat text eol=crlf\n' })
    const t = await rig.session('crlf')
    put(t.spec.path, 'run.bat', 'a\r\nb\r\n')
    put(t.spec.path, 'run.sh', '#!/bin/sh\n')
    symlinkSync('run.sh', join(t.spec.path, 'link'))
    t.agent.git('add', '-A')
    t.agent.git('update-index', '--chmod=+x', 'run.sh')
    t.agent.git('commit', '-qm', 'x')
    const tip = t.agent.git('rev-parse', 'HEAD') as Sha
    await t.import()
    const targetSha = (await rig.repo.branchTip('main'))!
    const p = await rig.repo.previewMerge(targetSha, tip)
    if (p.kind !== 'clean') throw new Error('conflict')
    expect((await rig.repo.landMerge({ target: 'main', targetSha, tip, tree: p.tree, message: 'm' })).kind).toBe('landed')
    expect(text('run.bat')).toBe('a\r\nb\r\n')
    expect(status()).toEqual([])
    expect(rig.person.git('ls-files', '-s', 'run.sh', 'link').split('\n').map((l) => l.slice(0, 6))).toEqual(['120000', '100755'])
  })
})

const kill = (job: CrashJob): void => {
  const out = spawnSync(process.execPath, [join(import.meta.dirname, 'testing/crash-child.ts'), JSON.stringify(job)], { encoding: 'utf8' })
  if (out.signal !== 'SIGKILL') throw new Error(`did not reach ${job.step}: ${out.stderr}`)
}

describe('kill -9 in the middle', () => {
  it.each(['move: journal written', 'move: 1 files', 'move: 3 files', 'move: before the index', 'move: before the branch', 'move: before the journal ends'])('of a merge at %s', async (step) => {
    const m = await merge({ 'src/a.txt': 'agent\n', 'new/deep.txt': 'n\n', gone: null })
    put(rig.project, 'README.md', 'edited\n')
    put(rig.project, 'src/b.txt', 'staged\n')
    rig.person.git('add', 'src/b.txt')
    kill({ options: rig.options, step, does: { what: 'land', m } })
    const after = rig.again()
    const out = await after.landMerge(m)
    if (out.kind !== 'landed') throw new Error(JSON.stringify(out))
    expect(rig.person.git('rev-parse', 'main^1', 'main^2').split('\n')).toEqual([m.targetSha, m.tip])
    expect(status()).toEqual([' M README.md', 'M  src/b.txt'])
    expect([text('src/a.txt'), text('new/deep.txt'), text('README.md'), text('src/b.txt')]).toEqual(['agent\n', 'n\n', 'edited\n', 'staged\n'])
    expect(readdirSync(join(rig.project, '.git')).filter((f) => f.includes('orchestra') || f.endsWith('.lock'))).toEqual([])
  })

  it.each(['import: before the index', 'import: before the branch'])('of an import at %s', async (step) => {
    const t = await rig.session('work')
    put(t.spec.path, 'README.md', 'staged\n')
    t.host.git('add', 'README.md')
    t.write('src/a.txt', 'agent\n')
    t.agent.git('commit', '-qm', 'agent', '--', 'src/a.txt')
    const tip = t.agent.git('rev-parse', 'HEAD') as Sha
    const pack = join(rig.root, 'pack')
    writeFileSync(pack, t.agent.gitBytes(['pack-objects', '--revs', '--thin', '--stdout', '-q'], Buffer.from(`${tip}\n^${t.spec.base}\n`)))
    kill({ options: rig.options, step, does: { what: 'import', spec: t.spec, pack, tip } })
    expect(await rig.again().importCommits(t.spec, t.pack(tip), tip, [])).toMatchObject({ kind: 'imported', tip })
    expect(t.host.git('status', '--porcelain')).toBe('M  README.md')
    expect(t.host.git('rev-parse', 'HEAD')).toBe(tip)
  })

  it.each(['apply: recorded', 'apply: 1 files', 'apply: 2 files'])('of an apply at %s: taken back before anything else', async (step) => {
    const t = await rig.session('work')
    t.commit({ 'src/a.txt': 'agent\n', 'new.txt': 'n\n' })
    await t.import()
    await t.snapshot()
    const snap = (await rig.repo.newestSnapshot(t.spec.session))!
    put(rig.project, 'README.md', 'edited\n')
    kill({ options: rig.options, step, does: { what: 'apply', args: [t.spec.session, t.spec.base, snap.tree] } })
    const again = rig.again()
    expect(await again.unapplyFromCheckout(t.spec.session)).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
    expect(status()).toEqual([' M README.md'])
    must(await again.applyToCheckout(t.spec.session, t.spec.base, snap.tree))
    must(await again.unapplyFromCheckout(t.spec.session))
    expect(status()).toEqual([' M README.md'])
  })

  it('of the filling of a worktree', async () => {
    const base = (await rig.repo.branchTip('main'))!
    const spec = { session: 'w' as never, branch: 'w', base, path: join(rig.root, 'worktrees/w') }
    must(await rig.repo.addWorktree(spec))
    kill({ options: rig.options, step: 'fill: before the index', does: { what: 'fill', spec } })
    const again = rig.again()
    must(await again.addWorktree(spec))
    must(await again.fillWorktree(spec, []))
    must(await again.fillWorktree(spec, []))
    expect(await again.worktreeState(spec.session, spec.path)).toBe('ok')
  })
})
