import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeRig, must, put, type Rig } from './testing/rig.ts'

let rig: Rig
beforeEach(() => { rig = makeRig() })
afterEach(() => rig.remove())

const status = (s: { git: (...a: string[]) => string }): string => s.git('status', '--porcelain')

describe('from spawn to merge', () => {
  it('says what the repository is', async () => {
    const f = must(await rig.repo.facts())
    expect(f).toMatchObject({ top: rig.project, objects: join(rig.project, '.git/objects'), submodules: [], warnings: [] })
    rig.write('new.txt', 'x')
    rig.write('README.md', 'edited\n')
    expect(await rig.repo.checkout()).toMatchObject({ branch: 'main', branches: ['main'], dirty: ['README.md', 'new.txt'], busy: null })
  })

  it('makes a worktree, imports, shows the diff, merges into the checked out branch', async () => {
    const t = await rig.session('add-limits')
    expect(status(t.host)).toBe('')
    const tip = t.commit({ 'src/a.txt': 'one\nTWO\nthree\n', 'src/new.txt': 'new\n' })
    expect(await t.import()).toEqual({ kind: 'imported', tip, commits: 1, flags: [], pinned: null })
    expect(status(t.host)).toBe('')
    expect(t.host.git('rev-parse', 'HEAD')).toBe(tip)
    expect(await t.import()).toEqual({ kind: 'nothing', tip })

    t.write('src/a.txt', 'one\nTWO\nTHREE\n')
    t.write('notes.txt', 'uncommitted\n')
    expect((await t.snapshot()).outcome.kind).toBe('imported')
    const target = must({ ok: true, value: await rig.repo.branchTip('main') })!
    const d = await rig.repo.diff({ session: t.spec.session, tip, target, version: 1, context: 3 })
    expect(d.files.map((f) => [f.path, f.status, f.state, f.added, f.removed])).toEqual([
      ['notes.txt', 'added', 'uncommitted', 1, 0], ['src/a.txt', 'modified', 'both', 2, 2], ['src/new.txt', 'added', 'committed', 1, 0]])
    expect(d.files[1]?.patch).toContain('+THREE')
    expect(d.stat).toEqual({ files: 3, added: 4, removed: 2 })
    expect(rig.person.try('cat-file', '-e', d.tree).code).not.toBe(0)

    rig.commit({ 'other.txt': 'main goes on\n' })
    const now = (await rig.repo.branchTip('main'))!
    const p = await rig.repo.previewMerge(now, tip)
    if (p.kind !== 'clean') throw new Error('conflict')
    rig.write('README.md', 'edited by the person\n')
    const out = await rig.repo.landMerge({ target: 'main', targetSha: now, tip, tree: p.tree, message: 'Merge add-limits' })
    if (out.kind !== 'landed') throw new Error(JSON.stringify(out))
    expect(out.checkoutUpdated).toBe(true)
    expect(rig.person.git('rev-parse', 'main^1', 'main^2').split('\n')).toEqual([now, tip])
    expect(status(rig.person)).toBe(' M README.md')
    expect(readFileSync(join(rig.project, 'src/a.txt'), 'utf8')).toBe('one\nTWO\nthree\n')
    expect(await rig.repo.landMerge({ target: 'main', targetSha: now, tip, tree: p.tree, message: 'again' })).toMatchObject({ kind: 'landed', sha: out.sha })

    const undone = must(await rig.repo.revert({ target: 'main', merged: out.sha, message: 'Undo add-limits' }))
    // Asked again after a crash: it is taken back once.
    expect(must(await rig.repo.revert({ target: 'main', merged: out.sha, message: 'Undo add-limits' }))).toBe(undone)
    expect(rig.person.git('rev-parse', 'main')).toBe(undone)
    expect(existsSync(join(rig.project, 'src/new.txt'))).toBe(false)
    expect(status(rig.person)).toBe(' M README.md')
  })

  it('exports a merged tree for checks', async () => {
    const t = await rig.session('one')
    const tip = t.commit({ 'x/y.txt': 'y' })
    await t.import()
    const p = await rig.repo.previewMerge(t.spec.base, tip)
    if (p.kind !== 'clean') throw new Error('conflict')
    const into = join(rig.root, 'check')
    must(await rig.repo.exportTree(p.tree, into, []))
    expect(readFileSync(join(into, 'x/y.txt'), 'utf8')).toBe('y')
    expect(existsSync(join(into, '.git'))).toBe(false)
  })

  it('applies to the checkout and takes back', async () => {
    const t = await rig.session('one')
    t.commit({ 'src/a.txt': 'agent\n', 'deep/er/n.txt': 'n' })
    await t.import()
    t.write('more.txt', 'm')
    await t.snapshot()
    const snap = (await rig.repo.newestSnapshot(t.spec.session))!
    put(rig.project, 'README.md', 'mine\n')
    expect(must(await rig.repo.applyToCheckout(t.spec.session, t.spec.base, snap.tree)).files.sort()).toEqual(['deep/er/n.txt', 'more.txt', 'src/a.txt'])
    expect(status(rig.person).split('\n').sort()).toEqual([' M README.md', 'A  deep/er/n.txt', 'A  more.txt', 'M  src/a.txt'])
    must(await rig.repo.unapplyFromCheckout(t.spec.session))
    expect(status(rig.person)).toBe(' M README.md')
    expect(existsSync(join(rig.project, 'deep'))).toBe(false)
    put(rig.project, 'src/a.txt', 'mine too\n')
    const refused = await rig.repo.applyToCheckout(t.spec.session, t.spec.base, snap.tree)
    expect(refused).toMatchObject({ ok: false, problem: { code: 'apply_refused' } })
    expect(status(rig.person)).toBe(' M README.md\n M src/a.txt')
  })

  it('mirrors the checkout without ignored files', async () => {
    rig.write('.gitignore', '.env\nnode_modules\n')
    rig.write('.env', 'SECRET=1')
    rig.write('node_modules/x/index.js', '1')
    rig.write('untracked.txt', 'u')
    rig.write('.orchestra/spec/designer.md', '# plan')
    const one = await rig.repo.syncMirror()
    expect(one.changed).toBe(true)
    const m = rig.options.mirrorDir
    expect(readFileSync(join(m, 'untracked.txt'), 'utf8')).toBe('u')
    expect(existsSync(join(m, '.env')) || existsSync(join(m, 'node_modules')) || existsSync(join(m, '.orchestra/spec/designer.md'))).toBe(false)
    expect(existsSync(join(m, '.orchestra/spec'))).toBe(true)
    expect((await rig.repo.syncMirror()).changed).toBe(false)
    rig.write('.gitignore', '.env\nnode_modules\nuntracked.txt\n')
    rig.write('src/a.txt', 'edited')
    expect((await rig.repo.syncMirror()).changed).toBe(true)
    expect(existsSync(join(m, 'untracked.txt'))).toBe(false)
    expect(readFileSync(join(m, 'src/a.txt'), 'utf8')).toBe('edited')
    expect(status(rig.person)).toBe(' M src/a.txt\n?? .gitignore')
    expect((await rig.again().syncMirror()).tree).toBe((await rig.repo.syncMirror()).tree)
  })

  it('reads and writes the spec', async () => {
    expect(await rig.repo.readSpec()).toBeNull()
    const { revision } = must(await rig.repo.writeSpec('# plan\n', null))
    expect(await rig.repo.readSpec()).toEqual({ text: '# plan\n', revision })
    expect(await rig.repo.writeSpec('other', null)).toMatchObject({ ok: false, problem: { code: 'spec_conflict' } })
    must(await rig.repo.writeSpec('# plan 2\n', revision))
    expect(status(rig.person)).toBe('')
  })

  it('keeps specs in git when the project wants it, and out again, whenever that changes', async () => {
    let keep = false
    const repo = rig.again({ keepSpecsInGit: () => keep })
    await repo.syncMirror()
    must(await repo.writeSpec('# plan\n', null))
    expect(status(rig.person)).toBe('')
    keep = true
    await repo.syncMirror()
    expect(status(rig.person)).toBe('?? .orchestra/')
    keep = false
    await repo.syncMirror()
    expect(status(rig.person)).toBe('')
    rig.write('.orchestra/spec/.gitignore', 'mine\n')
    keep = true
    await repo.syncMirror()
    expect(readFileSync(join(rig.project, '.orchestra/spec/.gitignore'), 'utf8')).toBe('mine\n')
  })
})
