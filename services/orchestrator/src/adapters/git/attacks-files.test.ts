/** Links, nested repositories and replaced files below folders that agents write. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Hostile, makeHostile } from './testing/hostile.ts'
import { shell, type Rig, type Twin } from './testing/rig.ts'

let h: Hostile
let rig: Rig
let t: Twin
beforeEach(async () => {
  h = await makeHostile()
  rig = h.rig
  t = h.t
})
afterEach(() => h.rig.remove())

describe('what lies in a worktree or the spec folder', () => {
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

  it('a spec file that is no text of a spec (a folder, a fifo, 2 MB) reads as none and is not written over', async () => {
    const file = join(rig.project, '.orchestra/spec/designer.md')
    mkdirSync(join(rig.project, '.orchestra/spec'), { recursive: true })
    for (const make of [() => mkdirSync(file), () => execFileSync('mkfifo', [file]), () => writeFileSync(file, Buffer.alloc(2_000_000, 'x'))]) {
      rmSync(file, { recursive: true, force: true })
      make()
      expect(await rig.repo.readSpec()).toBeNull()
    }
    expect(await rig.repo.writeSpec('# Spec\n', null)).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
    expect(readFileSync(file).length).toBe(2_000_000)
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
