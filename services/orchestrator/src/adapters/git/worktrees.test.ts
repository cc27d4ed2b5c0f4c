/** Repositories, names and worktrees of every kind that people have. */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SessionId } from '@orchestra/contracts'
import { createRepository } from './index.ts'
import { makeRig, must, put, shell, type Rig } from './testing/rig.ts'

let rig: Rig
beforeEach(() => { rig = makeRig() })
afterEach(() => rig.remove())
const refusal = async (dir = rig.project): Promise<string> => {
  const f = await createRepository({ ...rig.options, projectDir: dir, stateDir: join(rig.root, 'state2') }).facts()
  if (f.ok) throw new Error('taken')
  expect(f.problem.code).toBe('unsupported_repository')
  expect(f.problem.next.length).toBeGreaterThan(10)
  return f.problem.message
}

describe('facts', () => {
  it('refuses what agents can\'t work on, with the next move', async () => {
    const other = (name: string, ...args: string[]): string => {
      mkdirSync(join(rig.root, name))
      shell(join(rig.root, name), {}, rig.home).git('init', '-q', ...args)
      return join(rig.root, name)
    }
    mkdirSync(join(rig.root, 'plain'))
    expect(await refusal(join(rig.root, 'plain'))).toContain('not the top of a git repository')
    expect(await refusal(other('bare', '--bare'))).toContain('bare')
    expect(await refusal(other('empty'))).toContain('no commit')
    const sha256 = other('sha256', '--object-format=sha256')
    shell(sha256, {}, rig.home).git('commit', '-qm', 'x', '--allow-empty')
    expect(await refusal(sha256)).toContain('sha256')
    rig.person.git('config', 'remote.origin.promisor', 'true')
    expect(await refusal()).toContain('partial clone')
  })

  it('works, and warns: shallow, alternates, submodules, LFS, detached, linked, through a link, odd paths', async () => {
    for (let i = 0; i < 3; i++) rig.commit({ 'n.txt': `${i}` })
    const at = (name: string): string => join(rig.root, name)
    rig.person.git('clone', '-q', '--depth', '1', `file://${rig.project}`, at('shal low: ü\n'))
    rig.person.git('clone', '-q', '--shared', rig.project, at('shared'))
    rig.person.git('worktree', 'add', '-q', '-b', 'linked', at('linked'))
    symlinkSync(at('shared'), at('by-link'))
    const of = async (dir: string): Promise<{ warnings: string[]; alternates: string[]; submodules: string[]; top: string }> => {
      const r = createRepository({ ...rig.options, projectDir: dir, stateDir: join(rig.root, `state-${Math.random()}`) })
      const f = must(await r.facts())
      const base = (await r.resolve('HEAD'))!
      const spec = { session: SessionId.parse('w'), branch: 'w', base, path: join(rig.root, `wt-${Math.random()}`) }
      must(await r.addWorktree(spec))
      must(await r.fillWorktree(spec, []))
      expect(readFileSync(join(spec.path, 'n.txt'), 'utf8')).toBe('2')
      expect((await r.syncMirror()).tree).toBe(shell(dir, {}, rig.home).git('rev-parse', 'HEAD^{tree}'))
      must(await r.removeWorktree(spec))
      shell(dir, {}, rig.home).git('branch', '-D', 'w')
      return f
    }
    expect((await of(at('shal low: ü\n'))).warnings.join()).toContain('shallow')
    expect((await of(at('shared'))).alternates).toEqual([join(rig.project, '.git/objects')])
    expect((await of(at('by-link'))).top).toBe(realpathSync(at('shared')))
    expect((await of(at('linked'))).warnings.join()).toContain('linked worktree')
    rig.person.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', at('shared'), 'vendor/sub')
    rig.commit({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' }, 'sub')
    rig.person.git('checkout', '-q', '--detach')
    const f = await of(rig.project)
    expect(f.submodules).toEqual(['vendor/sub'])
    expect(f.warnings.join()).toMatch(/LFS.*Submodules.*detached/)
  })
})

describe('worktrees', () => {
  it('a session over a submodule: its folder is empty, the pointer may move, a new one may not', async () => {
    rig.person.git('clone', '-q', rig.project, join(rig.root, 'lib'))
    rig.person.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(rig.root, 'lib'), 'vendor')
    rig.person.git('commit', '-qm', 'sub')
    const t = await rig.session('sub')
    expect(readdirSync(join(t.spec.path, 'vendor'))).toEqual([])
    expect(t.host.git('status', '--porcelain')).toBe('')
    t.agent.git('update-index', '--cacheinfo', `160000,${t.spec.base},vendor`)
    t.agent.git('commit', '-qm', 'bump')
    expect(await t.import()).toMatchObject({ kind: 'imported', flags: ['submodule'] })
    t.agent.git('update-index', '--add', '--cacheinfo', `160000,${t.spec.base},vendor2`)
    t.agent.git('commit', '-qm', 'new')
    expect(await t.import()).toMatchObject({ kind: 'rejected' })
  })

  it('can be made again and again, never over somebody else\'s files or branch', async () => {
    const base = (await rig.repo.resolve('main'))!
    const spec = { session: SessionId.parse('w'), branch: 'w', base, path: join(rig.root, 'wt/w') }
    mkdirSync(spec.path, { recursive: true })
    must(await rig.repo.addWorktree(spec))
    must(await rig.repo.addWorktree(spec))
    must(await rig.repo.fillWorktree(spec, []))
    must(await rig.repo.fillWorktree(spec, []))
    put(rig.root, 'wt/other/file', 'x')
    expect(await rig.repo.addWorktree({ ...spec, branch: 'o', path: join(rig.root, 'wt/other') })).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
    expect(await rig.repo.branchTip('o')).toBeNull()
    expect(await rig.repo.addWorktree({ ...spec, branch: 'main', path: join(rig.root, 'wt/m') })).toMatchObject({ ok: false, problem: { code: 'name_taken' } })
    expect(await rig.repo.addWorktree({ ...spec, branch: '--evil', path: join(rig.root, 'wt/e') })).toMatchObject({ ok: false, problem: { code: 'name_unusable' } })
    const many = await Promise.all(['a', 'b', 'c', 'd'].map((n) => rig.repo.addWorktree({ ...spec, session: SessionId.parse(n), branch: n, path: join(rig.root, 'wt', n) })))
    expect(many.every((m) => m.ok)).toBe(true)
  })

  it('finds free branches beside, above and below others', async () => {
    rig.person.git('branch', 'fix')
    rig.person.git('branch', 'feature/one')
    expect(await rig.repo.freeBranch('fix')).toBe('fix-2')
    expect(await rig.repo.freeBranch('Fix')).toBe('Fix-2')
    expect(await rig.repo.freeBranch('fix/deep')).toBe('fix-deep')
    expect(await rig.repo.freeBranch('feature')).toBe('feature-2')
    expect(await rig.repo.freeBranch('feature/two')).toBe('feature/two')
    for (const bad of ['', '..', 'a..b', '-x', 'a b', '@', 'x.lock', 'HEAD', 'a\nb']) expect(await rig.repo.freeBranch(bad)).toBe('session')
    for (const odd of ['--all', 'HEAD^{tree}', ':/', '', 'no-such', '-h', 'a\0b']) expect(await rig.repo.resolve(odd)).toBeNull()
    expect(await rig.repo.resolve('feature/one')).toBe(await rig.repo.resolve('HEAD'))
  })

  it('remove pins the tip; restore brings branch and snapshot back; nothing is written over data', async () => {
    const t = await rig.session('work')
    const tip = t.commit({ 'c.txt': 'committed\n' })
    await t.import()
    t.write('u.txt', 'uncommitted\n')
    t.write('src/a.txt', 'edited\n')
    const { sha } = await t.snapshot()
    symlinkSync(rig.project, join(t.spec.path, 'out'))
    must(await rig.repo.removeWorktree(t.spec))
    expect(existsSync(t.spec.path)).toBe(false)
    expect(existsSync(join(rig.project, 'README.md'))).toBe(true)
    expect(rig.person.git('worktree', 'list').split('\n')).toHaveLength(1)
    rig.person.git('branch', '-qD', 'work')
    rig.person.git('gc', '-q', '--prune=now')
    must(await rig.repo.removeWorktree(t.spec))
    must(await rig.repo.restoreWorktree({ ...t.spec, base: tip }, sha))
    expect(t.host.git('rev-parse', 'HEAD')).toBe(tip)
    expect(t.host.git('status', '--porcelain')).toBe(' M src/a.txt\n?? u.txt')
    rmSync(t.spec.path, { recursive: true })
    expect(await rig.repo.worktreeState(t.spec.session, t.spec.path)).toBe('missing')
    must(await rig.repo.restoreWorktree(t.spec, null))
    expect(t.host.git('status', '--porcelain')).toBe('')
    expect((await rig.again().newestSnapshot(t.spec.session))?.sha).toBe(sha)
  })

  it('carries ignored files by name and nothing else', async () => {
    rig.commit({ '.gitignore': '.env*\nnode_modules\nsecret\n', '.worktreeinclude': '# for tests\n.env.local\n' })
    for (const f of ['.env', '.env.local', 'sub/.env', 'secret', 'node_modules/x.js', 'plain-untracked']) rig.write(f, f)
    symlinkSync('/etc/passwd', join(rig.project, '.env.link'))
    const spec = { session: SessionId.parse('w'), branch: 'w', base: (await rig.repo.resolve('main'))!, path: join(rig.root, 'wt/w') }
    must(await rig.repo.addWorktree(spec))
    const { carried } = must(await rig.repo.fillWorktree(spec, ['/.env', '.env.link', 'plain-untracked', '../outside']))
    expect(carried.sort()).toEqual(['.env', '.env.local'])
    expect(readdirSync(spec.path).sort()).toEqual(['.env', '.env.local', '.git', '.gitignore', '.worktreeinclude', 'README.md', 'src'])
    expect(must(await rig.repo.fillWorktree(spec, ['/.env'])).carried).toEqual(expect.any(Array))
  })

  it('seeds the private git with an allow list, the ignore rules and a whole index', async () => {
    writeFileSync(join(rig.home, 'ignored'), '*.secret\n')
    for (const [k, v] of [['core.excludesFile', '~/ignored'], ['core.autocrlf', 'input'], ['core.fsmonitor', '/bin/evil'], ['credential.helper', 'store'], ['url.x.insteadOf', 'y']]) shell(rig.project, {}, rig.home).git('config', '--global', k!, v!)
    put(rig.project, '.git/info/exclude', '*.private\n')
    const seed = await rig.again().seedGit(SessionId.parse('w'))
    expect(seed).toMatchObject({ authorName: 'Pat Person', authorEmail: 'pat@example.test', excludes: '*.private\n*.secret\n', objects: join(rig.project, '.git/objects') })
    expect(Object.fromEntries(seed.config)).toMatchObject({ 'core.autocrlf': 'input', 'core.filemode': 'true' })
    expect(seed.config.map(([k]) => k)).not.toContain('core.fsmonitor')
    rig.person.git('update-index', '--split-index')
    const index = (await rig.repo.worktreeIndex(rig.project))!
    put(rig.root, 'alone/index', index)
    expect(shell(rig.project, { GIT_INDEX_FILE: join(rig.root, 'alone/index') }, rig.home).git('ls-files')).toBe(rig.person.git('ls-files'))
    rig.write('x.secret', 's')
    expect((await rig.again().checkout()).dirty).toEqual([])
    expect(readdirSync(rig.options.mirrorDir.replace(/mirror$/, '')).length).toBeGreaterThan(0)
    await rig.again().syncMirror()
    expect(existsSync(join(rig.options.mirrorDir, 'x.secret'))).toBe(false)
  })
})

describe('whose name', () => {
  it('from the copy where the home can\'t be seen, else from who last moved HEAD', async () => {
    const home = join(rig.root, 'unseen')
    const who = async (): Promise<string> => { const s = await rig.again({ home }).seedGit(SessionId.parse('w')); return `${s.authorName} <${s.authorEmail}> ${s.excludes}` }
    expect(await who()).toContain('Pat Person <pat@example.test>')
    put(home, '.orchestra/git/config', '[user]\n\tname = Copied\n\temail = c@example.test\n')
    put(home, '.orchestra/git/ignore', '*.swp\n')
    expect(await who()).toContain('Copied <c@example.test>')
    expect(await who()).toContain('*.swp')
  })
})

describe('names', () => {
  const odd = ['-rf', '--help', 'a b', 'tab\tname', 'line\nbreak', '"quoted"', "it's", '<img src=x>', 'ünïcödé/日本語.txt', '\u202egpj.exe', '$(touch x)', '*', ':(glob)**', '#x', '\\back', 'a=b', 'deep/-x/--y', '.hidden', 'diff --git a b']
  it('round-trip through import, diff, merge, apply, mirror and undo', async () => {
    const t = await rig.session('odd')
    const raw = Buffer.concat([Buffer.from(`${t.spec.path}/invalid-`), Buffer.from([0xff, 0xfe])])
    for (const n of odd) put(t.spec.path, n, `content of ${JSON.stringify(n)}\n`)
    writeFileSync(raw, 'raw\n')
    const tip = t.commit()
    expect(await t.import()).toMatchObject({ kind: 'imported' })
    expect(t.host.git('status', '--porcelain')).toBe('')
    await t.snapshot()
    const d = await rig.repo.diff({ session: t.spec.session, tip, target: t.spec.base, version: 1, context: 3 })
    expect(d.files.map((f) => f.path).filter((p) => !p.startsWith('invalid')).sort()).toEqual([...odd].sort())
    expect(d.files.every((f) => f.patch !== null && f.state === 'committed')).toBe(true)
    for (const n of odd) expect(d.files.find((f) => f.path === n)?.patch).toContain(`+content of ${JSON.stringify(n)}`)
    const snap = (await rig.repo.newestSnapshot(t.spec.session))!
    must(await rig.repo.applyToCheckout(t.spec.session, t.spec.base, snap.tree))
    expect(rig.person.git('write-tree')).toBe(snap.tree)
    expect((await rig.repo.syncMirror()).tree).toBe(snap.tree)
    must(await rig.repo.unapplyFromCheckout(t.spec.session))
    expect(rig.person.git('status', '--porcelain')).toBe('')
    const p = await rig.repo.previewMerge(t.spec.base, tip)
    if (p.kind !== 'clean') throw new Error('conflict')
    const out = await rig.repo.landMerge({ target: 'main', targetSha: t.spec.base, tip, tree: p.tree, message: '--evil\n$(x)' })
    if (out.kind !== 'landed') throw new Error(JSON.stringify(out))
    expect(rig.person.git('status', '--porcelain')).toBe('')
    expect(readdirSync(rig.project, { encoding: 'buffer' }).some((b) => b.includes(0xff))).toBe(true)
    must(await rig.repo.revert({ target: 'main', merged: out.sha, message: 'undo' }))
    expect(rig.person.git('status', '--porcelain')).toBe('')
    expect(existsSync(join(rig.project, 'deep'))).toBe(false)
  })

  it('the project itself may be called anything', async () => {
    rig.remove()
    rig = makeRig(undefined, 'pro ject: "ü"\n-x')
    const t = await rig.session('w')
    const tip = t.commit({ 'a.txt': 'a' })
    expect(await t.import()).toMatchObject({ kind: 'imported' })
    await t.snapshot()
    const p = await rig.repo.previewMerge(t.spec.base, tip)
    if (p.kind !== 'clean') throw new Error('conflict')
    expect(await rig.repo.landMerge({ target: 'main', targetSha: t.spec.base, tip, tree: p.tree, message: 'm' })).toMatchObject({ kind: 'landed' })
    await rig.repo.syncMirror()
    expect(readFileSync(join(rig.options.mirrorDir, 'a.txt'), 'utf8')).toBe('a')
  })
})

