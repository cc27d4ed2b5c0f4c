/** A hostile agent against the import, and against a person who afterwards uses plain git in the worktree and in the project. */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sha } from '@orchestra/contracts'
import { createContext } from './context.ts'
import { ingest } from './quarantine.ts'
import * as craft from './testing/craft.ts'
import { makeRig, shell, type Rig, type Twin } from './testing/rig.ts'

let rig: Rig
let t: Twin
let canary: string
beforeEach(async () => {
  rig = makeRig()
  t = await rig.session('evil')
  canary = join(rig.root, 'canary')
})
afterEach(() => rig.remove())

const state = (): string => `${rig.person.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags', 'refs/remotes')}\n${rig.person.git('config', '--list', '--local')}`
const storeFiles = (): string[] => readdirSync(join(rig.project, '.git/objects'), { recursive: true }).map(String).filter((f) => !f.includes('info')).sort()

/** What a person does all day, in the session's worktree and in the project. */
const plainGit = (): void => {
  for (const s of [t.host, rig.person]) {
    for (const args of [['status'], ['diff'], ['diff', '--cached'], ['log', '-p', '-3', '--all'], ['show', t.spec.branch], ['add', '-A'], ['stash', 'list'], ['branch', '-a'], ['blame', 'README.md'], ['grep', 'hello'], ['fsck']]) s.try(...args)
  }
  rig.person.try('merge', '--no-commit', t.spec.branch)
  rig.person.try('merge', '--abort')
  rig.person.try('checkout', '--detach', t.spec.branch)
  rig.person.try('checkout', 'main')
}
const script = (): string => {
  const file = join(rig.root, 'evil.sh')
  writeFileSync(file, `#!/bin/sh\necho ran >> ${canary}\ncat\n`)
  chmodSync(file, 0o755)
  return file
}
const holds = (): void => {
  plainGit()
  expect(existsSync(canary)).toBe(false)
}
const send = (objects: craft.Obj[], tip: craft.Obj): ReturnType<Rig['repo']['importCommits']> =>
  rig.repo.importCommits(t.spec, craft.packStream(objects), craft.shaOf(tip), [])

const refuses = async (objects: craft.Obj[], tip: craft.Obj): Promise<string> => {
  const [before, files] = [state(), storeFiles()]
  const out = await send(objects, tip)
  if (out.kind !== 'rejected') throw new Error(`got through: ${JSON.stringify(out)}`)
  expect(state()).toBe(before)
  expect(storeFiles()).toEqual(files)
  return out.reason
}

describe('crafted packs leave nothing', () => {
  const file = craft.blob('x')
  it.each([
    ['.git', 'a tree with .git'], ['.GIT', 'another case'], ['.g\u200cit', 'HFS ignores the joiner'], ['git~1', 'the NTFS short name'],
    ['..', 'the folder above'], ['.', 'itself'], ['a/b', 'a slash in a name'], ['', 'no name'],
  ])('an entry named %j (%s)', async (name) => {
    const hook = craft.tree([['100755', 'pre-commit', craft.shaOf(file)]])
    const inner = craft.tree([['40000', 'hooks', craft.shaOf(hook)]])
    const top = craft.tree([['40000', name, craft.shaOf(inner)]])
    const c = craft.commit(craft.shaOf(top), [t.spec.base])
    await refuses([file, hook, inner, top, c], c)
    holds()
  })

  it('a new gitlink, also deep and also when a later commit removes it', async () => {
    const link = craft.tree([['160000', 'sub', t.spec.base]])
    const deep = craft.tree([['40000', 'a', craft.shaOf(link)]])
    const one = craft.commit(craft.shaOf(deep), [t.spec.base])
    expect(await refuses([link, deep, one], one)).toContain('"a/sub"')
    const clean = craft.tree([['100644', 'f', craft.shaOf(file)]])
    const two = craft.commit(craft.shaOf(clean), [craft.shaOf(one)])
    expect(await refuses([link, deep, file, clean, one, two], two)).toContain('"a/sub"')
  })

  it('a new gitlink in a merge, that neither parent has', async () => {
    const link = craft.tree([['100644', 'f', craft.shaOf(file)], ['160000', 'sub', t.spec.base]])
    const plain = craft.tree([['100644', 'f', craft.shaOf(file)]])
    const side = craft.commit(craft.shaOf(plain), [t.spec.base])
    const merge = craft.commit(craft.shaOf(link), [t.spec.base, craft.shaOf(side)])
    expect(await refuses([file, plain, link, side, merge], merge)).toContain('"sub"')
  })

  it('.gitmodules with an option for a URL, or as a link', async () => {
    const mods = craft.blob('[submodule "x"]\n\tpath = x\n\turl = --upload-pack=/tmp/evil\n')
    const top = craft.tree([['100644', '.gitmodules', craft.shaOf(mods)]])
    const c = craft.commit(craft.shaOf(top), [t.spec.base])
    await refuses([mods, top, c], c)
    const target = craft.blob('.git/config')
    const linked = craft.tree([['120000', '.gitmodules', craft.shaOf(target)]])
    const d = craft.commit(craft.shaOf(linked), [t.spec.base])
    await refuses([target, linked, d], d)
  })

  it('missing objects', async () => {
    const top = craft.tree([['100644', 'f', 'ab'.repeat(20)]])
    const c = craft.commit(craft.shaOf(top), [t.spec.base])
    await refuses([top, c], c)
    const orphan = craft.commit(craft.shaOf(top), ['cd'.repeat(20)])
    await refuses([top, orphan], orphan)
  })

  it('a tip that is no commit, is not there, or is a tag', async () => {
    await refuses([file], file)
    await refuses([file], craft.blob('other'))
    const tag: craft.Obj = { type: 'tag', body: Buffer.from(`object ${t.spec.base}\ntype commit\ntag x\ntagger A <a@b> 1700000000 +0000\n\nx\n`) }
    await refuses([tag], tag)
  })

  it('commits that are malformed', async () => {
    const top = craft.tree([['100644', 'f', craft.shaOf(file)]])
    for (const body of ['tree nonsense\n\nx', `tree ${craft.shaOf(top)}\nauthor x\ncommitter x\n\nx`, `tree ${craft.shaOf(top)}\nparent ${'0'.repeat(40)}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx`]) {
      const c: craft.Obj = { type: 'commit', body: Buffer.from(body) }
      await refuses([file, top, c], c)
    }
    const unsorted = craft.tree([['100644', 'z', craft.shaOf(file)], ['100644', 'a', craft.shaOf(file)]])
    const twice = craft.tree([['100644', 'a', craft.shaOf(file)], ['100644', 'a', craft.shaOf(file)]])
    for (const bad of [unsorted, twice]) {
      const c = craft.commit(craft.shaOf(bad), [t.spec.base])
      await refuses([file, bad, c], c)
    }
  })

  it('garbage, a cut pack, an empty stream, a stream that breaks', async () => {
    const files = storeFiles()
    const c = craft.commit(craft.shaOf(craft.tree([])), [t.spec.base])
    const good = craft.pack([craft.tree([]), c])
    const broken = new Readable({ read() { this.push(good.subarray(0, 20)); this.destroy(new Error('gone')) } })
    for (const body of [Readable.from([Buffer.from('not a pack at all')]), Readable.from([good.subarray(0, good.length - 7)]), Readable.from([]), broken]) {
      expect((await rig.repo.importCommits(t.spec, body, craft.shaOf(c), [])).kind).toBe('rejected')
    }
    expect(storeFiles()).toEqual(files)
    expect((await send([craft.tree([]), c], c)).kind).toBe('imported')
  })

  it('a delta against an object that is nowhere asks for a full pack', async () => {
    const thin = Buffer.concat([Buffer.from('PACK\0\0\0\x02\0\0\0\x01', 'latin1'), Buffer.from([0x7f, 0x00]), Buffer.alloc(20, 0xaa), deflateSync(Buffer.alloc(15))])
    const all = Buffer.concat([thin, createHash('sha1').update(thin).digest()])
    const out = await rig.repo.importCommits(t.spec, Readable.from([all]), Sha.parse('ab'.repeat(20)), [])
    expect(['need-full', 'rejected']).toContain(out.kind)
  })

  it('a pack beyond the limit is cut off while it comes', async () => {
    const big = craft.blob(randomBytes(3_000_000))
    const files = storeFiles()
    const out = await ingest(createContext(rig.options), { store: join(rig.project, '.git/objects'), pack: craft.packStream([big]), maxBytes: 1_000_000 })
    expect(out).toEqual({ kind: 'rejected', reason: 'the pack is larger than allowed' })
    expect(storeFiles()).toEqual(files)
  })

  it('a carried file', async () => {
    const tip = t.commit({ '.env': 'SECRET=1', 'ok.txt': 'ok' })
    const out = await t.import(tip, ['.env'])
    expect(out).toMatchObject({ kind: 'rejected' })
    expect(rig.person.try('cat-file', '-e', tip).code).not.toBe(0)
  })
})

describe('what gets in runs nothing on the host', () => {
  it('attributes that name drivers, with drivers that the agent set in its own gitdir', async () => {
    t.commit({ 'src/a.txt': 'evil\n', '.lfsconfig': '[lfs]\n\turl = file:///\n' })
    const blob = t.agent.gitBytes(['hash-object', '-w', '--stdin'], Buffer.from('* filter=x diff=x merge=x text=auto working-tree-encoding=UTF-16\n')).toString().trim()
    t.agent.git('update-index', '--add', '--cacheinfo', `100644,${blob},.gitattributes`)
    t.agent.git('commit', '-qm', 'attributes')
    t.write('.gitattributes', '* filter=x diff=x merge=x text=auto working-tree-encoding=UTF-16\n')
    const tip = Sha.parse(t.agent.git('rev-parse', 'HEAD'))
    const evil = script()
    for (const k of ['filter.x.clean', 'filter.x.smudge', 'filter.x.process', 'diff.x.textconv', 'diff.x.command', 'merge.x.driver', 'core.fsmonitor', 'core.sshCommand', 'alias.status']) t.agent.git('config', k, evil)
    t.agent.git('config', 'core.hooksPath', t.spec.path)
    const out = await t.import(tip)
    expect(out).toMatchObject({ kind: 'imported', flags: ['gitattributes'] })
    await rig.repo.diff({ session: t.spec.session, tip, target: t.spec.base, version: 1, context: 3 })
    holds()
  })

  it('drivers of the person\'s own configuration never run under our git, though attributes of the agent name them', async () => {
    const evil = script()
    for (const k of ['filter.own=x.clean', 'filter.own=x.smudge', 'diff.own.textconv', 'diff.own.command', 'merge.own.driver', 'core.fsmonitor', 'diff.external', 'core.pager', 'hook.mine.command']) rig.person.git('config', k, evil)
    rig.person.git('config', 'hook.mine.event', 'post-checkout')
    rig.person.git('config', '--add', 'hook.mine.event', 'reference-transaction')
    mkdirSync(join(rig.project, '.git/hooks'), { recursive: true })
    for (const h of ['post-checkout', 'post-index-change', 'reference-transaction', 'post-merge', 'pre-commit']) symlinkSync(evil, join(rig.project, '.git/hooks', h))
    writeFileSync(join(rig.project, '.git/info/attributes'), '*.txt filter=own=x diff=own merge=own\n')
    const other = await rig.session('other')
    const tip = other.commit({ '.gitattributes': '* filter=own=x diff=own merge=own\n', 'src/a.txt': 'x\n', 'new.txt': 'n\n' })
    expect((await other.import(tip)).kind).toBe('imported')
    await other.snapshot()
    await rig.repo.diff({ session: other.spec.session, tip, target: t.spec.base, version: 1, context: 3 })
    const p = await rig.repo.previewMerge(t.spec.base, tip)
    if (p.kind !== 'clean') throw new Error('conflict')
    const landed = await rig.repo.landMerge({ target: 'main', targetSha: t.spec.base, tip, tree: p.tree, message: 'm' })
    if (landed.kind !== 'landed') throw new Error(JSON.stringify(landed))
    await rig.repo.syncMirror()
    await rig.repo.checkout()
    await rig.repo.revert({ target: 'main', merged: landed.sha, message: 'u' })
    await rig.repo.exportTree(p.tree, join(rig.root, 'out'), [])
    expect(existsSync(canary)).toBe(false)
  })

  it('a path with a driver of its own conflicts instead of taking one side', async () => {
    writeFileSync(join(rig.project, '.git/info/attributes'), 'src/a.txt merge=own\n')
    rig.person.git('config', 'merge.own.driver', 'true')
    const tip = t.commit({ 'src/a.txt': 'ONE\ntwo\nthree\n' })
    await t.import(tip)
    const main = rig.commit({ 'src/a.txt': 'one\ntwo\nTHREE\n' })
    expect(rig.person.try('cat-file', '-e', main).code).toBe(0)
    expect(await rig.repo.previewMerge(main, tip)).toMatchObject({ kind: 'conflict', files: ['src/a.txt'] })
  })

  it('hooks in the tree run from the copy of the person\'s own, also husky\'s generated ones', async () => {
    const log = join(rig.root, 'hook-log')
    const hook = (word: string): string => `#!/bin/sh\necho ${word} >> ${log}\n`
    rig.commit({ '.husky/pre-commit': hook('trusted'), '.gitignore': '.husky/_\n' })
    rig.write('.husky/_/pre-commit', '#!/bin/sh\nsh "$(dirname "$(dirname "$0")")/pre-commit"\n')
    chmodSync(join(rig.project, '.husky/_/pre-commit'), 0o755)
    rig.person.git('config', 'core.hooksPath', '.husky/_')
    rig.repo = rig.again()
    const u = await rig.session('hooked')
    u.write('.husky/_/pre-commit', hook('evil'))
    chmodSync(join(u.spec.path, '.husky/_/pre-commit'), 0o755)
    const tip = u.commit({ '.husky/pre-commit': hook('evil') })
    expect(await u.import(tip)).toMatchObject({ kind: 'imported', flags: ['hook'] })
    u.host.git('commit', '-qm', 'person', '--allow-empty')
    expect(readFileSync(log, 'utf8')).toBe('trusted\n')
    rig.person.git('commit', '-qm', 'person', '--allow-empty')
    expect(readFileSync(log, 'utf8')).toBe('trusted\ntrusted\n')
  })

  it('links out of the tree are flagged and never written through', async () => {
    const outside = join(rig.root, 'outside')
    mkdirSync(outside)
    rig.commit({ 'docs/x.txt': 'x\n' })
    const u = await rig.session('linker')
    rmSync(join(u.spec.path, 'docs'), { recursive: true })
    symlinkSync(outside, join(u.spec.path, 'docs'))
    const tip = u.commit()
    expect(await u.import(tip)).toMatchObject({ kind: 'imported', flags: ['symlink'] })
    // The branch of the linker is the target of another session's merge: its worktree has a link where a file must go.
    const v = await rig.session('writer')
    const vtip = v.commit({ 'docs/pwned.txt': 'pwned\n' })
    await v.import(vtip)
    rmSync(join(v.spec.path, 'docs'), { recursive: true })
    const w = await rig.session('victim')
    rmSync(join(w.spec.path, 'docs'), { recursive: true })
    symlinkSync(outside, join(w.spec.path, 'docs'))
    const p = await rig.repo.previewMerge(w.spec.base, vtip)
    if (p.kind !== 'clean') throw new Error('conflict')
    const out = await rig.repo.landMerge({ target: 'victim', targetSha: w.spec.base, tip: vtip, tree: p.tree, message: 'm' })
    expect(out.kind).toBe('needs-edited-files')
    expect(readdirSync(outside)).toEqual([])
    expect(await rig.repo.branchTip('victim')).toBe(w.spec.base)
  })

  it('a nested repository in uncommitted work is a flag, and never staged for the person', async () => {
    mkdirSync(join(t.spec.path, 'nested'))
    const n = shell(join(t.spec.path, 'nested'), {}, rig.home)
    n.git('init', '-q')
    n.git('commit', '-qm', 'x', '--allow-empty')
    const s = await t.snapshot()
    expect(s.outcome).toMatchObject({ kind: 'imported', flags: ['nested-repository'] })
    const snap = (await rig.repo.newestSnapshot(t.spec.session))!
    expect(await rig.repo.applyToCheckout(t.spec.session, t.spec.base, snap.tree)).toMatchObject({ ok: false, problem: { code: 'apply_refused' } })
  })

  it('a replaced or missing .git file of the worktree is seen', async () => {
    expect(await rig.repo.worktreeState(t.spec.session, t.spec.path)).toBe('ok')
    const gitfile = join(t.spec.path, '.git')
    rmSync(gitfile)
    expect(await rig.repo.worktreeState(t.spec.session, t.spec.path)).toBe('gitfile-changed')
    writeFileSync(gitfile, `gitdir: ${rig.root}/evil\n`)
    expect(await rig.repo.worktreeState(t.spec.session, t.spec.path)).toBe('gitfile-changed')
    rmSync(gitfile)
    symlinkSync('/etc/passwd', gitfile)
    expect(await rig.repo.worktreeState(t.spec.session, t.spec.path)).toBe('gitfile-changed')
    expect(await rig.repo.restoreWorktree(t.spec, null)).toMatchObject({ ok: true })
    expect(await rig.repo.worktreeState(t.spec.session, t.spec.path)).toBe('ok')
    expect(t.host.git('status', '--porcelain')).toBe('')
    // Import goes by the repository's own record, not by what the folder says.
    writeFileSync(gitfile, `gitdir: ${rig.root}/evil\n`)
    expect((await t.import(t.commit({ 'z.txt': 'z' }))).kind).toBe('imported')
  })

  it('the spec file as a link is neither read nor written', async () => {
    mkdirSync(join(rig.project, '.orchestra/spec'), { recursive: true })
    symlinkSync('../../.git/config', join(rig.project, '.orchestra/spec/designer.md'))
    const config = readFileSync(join(rig.project, '.git/config'), 'utf8')
    expect(await rig.repo.readSpec()).toBeNull()
    await rig.repo.writeSpec('[core]\n\tfsmonitor = evil\n', null)
    expect(readFileSync(join(rig.project, '.git/config'), 'utf8')).toBe(config)
    rmSync(join(rig.project, '.orchestra/spec'), { recursive: true })
    symlinkSync('../.git', join(rig.project, '.orchestra/spec'))
    expect(await rig.repo.writeSpec('x', null)).toMatchObject({ ok: false })
    expect(await rig.repo.readSpec()).toBeNull()
    expect(existsSync(join(rig.project, '.git/designer.md'))).toBe(false)
  })

  it('what the designer puts beside the spec never reaches the mirror', async () => {
    mkdirSync(join(rig.project, '.orchestra/spec'), { recursive: true })
    await rig.repo.syncMirror()
    rmSync(join(rig.project, '.orchestra/spec/.gitignore'))
    symlinkSync('/etc/passwd', join(rig.project, '.orchestra/spec/leak'))
    writeFileSync(join(rig.project, '.orchestra/spec/note.txt'), 'n')
    await rig.repo.syncMirror()
    expect(readdirSync(join(rig.options.mirrorDir, '.orchestra/spec'))).toEqual([])
  })
})
