import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomBytes } from 'node:crypto'
import { chmodSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { DiffView } from '@orchestra/contracts'
import { makeRig, type Rig, type Twin } from './testing/rig.ts'

let rig: Rig
let t: Twin
beforeEach(async () => {
  rig = makeRig({ 'a.txt': 'a\nb\nc\n', 'move.txt': 'one\ntwo\nthree\nfour\nfive\n', 'type.txt': 'text\n', 'gone.txt': 'g\n', 'run.sh': '#!/bin/sh\n' })
  t = await rig.session('work')
})
afterEach(() => rig.remove())
const diff = async (): Promise<DiffView> => {
  await t.snapshot()
  return rig.repo.diff({ session: t.spec.session, tip: (await rig.repo.branchTip('work'))!, target: (await rig.repo.branchTip('main'))!, version: 7, context: 3 })
}
const row = (d: DiffView, path: string): Partial<DiffView['files'][number]> | undefined => d.files.find((f) => f.path === path)

describe('diff', () => {
  it('every kind of change, with its state and flags', async () => {
    t.commit({ 'a.txt': 'a\nB\nc\n', '.github/workflows/x.yml': 'on: push\n', 'both.txt': '1\n' })
    await t.import()
    renameSync(join(t.spec.path, 'move.txt'), join(t.spec.path, 'moved.txt'))
    rmSync(join(t.spec.path, 'type.txt'))
    symlinkSync('a.txt', join(t.spec.path, 'type.txt'))
    rmSync(join(t.spec.path, 'gone.txt'))
    chmodSync(join(t.spec.path, 'run.sh'), 0o755)
    t.write('bin', randomBytes(3000))
    t.write('both.txt', '1\n2\n')
    const d = await diff()
    expect(d).toMatchObject({ version: 7, mergeBase: t.spec.base, truncated: false, stat: { files: 8 } })
    expect(row(d, 'a.txt')).toMatchObject({ status: 'modified', state: 'committed', added: 1, removed: 1 })
    expect(row(d, '.github/workflows/x.yml')).toMatchObject({ status: 'added', flags: ['ci'] })
    expect(row(d, 'moved.txt')).toMatchObject({ status: 'renamed', oldPath: 'move.txt', state: 'uncommitted' })
    expect(row(d, 'type.txt')).toMatchObject({ status: 'type-changed', flags: ['symlink'] })
    expect(row(d, 'type.txt')?.patch).toContain('new file mode 120000')
    expect(row(d, 'gone.txt')).toMatchObject({ status: 'deleted', blob: null })
    expect(row(d, 'run.sh')).toMatchObject({ status: 'modified', added: 0 })
    expect(row(d, 'run.sh')?.patch).toContain('new mode 100755')
    expect(row(d, 'bin')).toMatchObject({ binary: true, patch: null })
    expect(row(d, 'both.txt')).toMatchObject({ state: 'both', added: 2 })
  })

  it('all committed and no snapshot yet; a snapshot older than the tip loses nothing of either', async () => {
    const tip = t.commit({ 'n.txt': 'n\n' })
    await t.import()
    const of = { session: t.spec.session, tip, target: t.spec.base, version: 1, context: 3 }
    expect((await rig.repo.diff(of)).files).toMatchObject([{ path: 'n.txt', state: 'committed' }])
    t.write('loose.txt', 'l\n')
    await t.snapshot()
    t.agent.git('add', 'n.txt')
    t.write('later.txt', 'later\n')
    t.agent.git('add', 'later.txt')
    t.agent.git('commit', '-qm', 'later')
    await t.import()
    const now = await rig.repo.diff({ ...of, tip: (await rig.repo.branchTip('work'))! })
    expect(now.files.map((f) => [f.path, f.state])).toEqual([['later.txt', 'committed'], ['loose.txt', 'uncommitted'], ['n.txt', 'committed']])
  })

  it('the target\'s own commits are no part of it', async () => {
    rig.commit({ 'main.txt': 'main\n' })
    t.write('a.txt', 'mine\n')
    expect((await diff()).files.map((f) => f.path)).toEqual(['a.txt'])
  })

  it('100,000 changed lines and 5 MB binaries: bounded, counted whole, small files still shown', async () => {
    t.write('huge.txt', 'line\n'.repeat(100_000))
    t.write('wide.txt', `${'x'.repeat(3_000_000)}\n`)
    for (let i = 0; i < 12; i++) t.write(`large-${i}.txt`, `${'some words in a line\n'.repeat(40_000)}`)
    t.write('bin', randomBytes(5_000_000))
    t.write('small.txt', 's\n')
    const d = await diff()
    expect(d.truncated).toBe(true)
    expect(d.stat).toMatchObject({ files: 16, added: 100_000 + 1 + 480_000 + 1 })
    expect(row(d, 'small.txt')?.patch).toContain('+s')
    expect(row(d, 'huge.txt')).toMatchObject({ patch: null, added: 100_000, binary: false })
    expect(JSON.stringify(d).length).toBeLessThan(4 * 1024 * 1024)
    expect(await rig.repo.diffStat({ session: t.spec.session, tip: t.spec.base, target: t.spec.base })).toEqual(d.stat)
  })

  it('survives hundreds of snapshots, and a snapshot over commits that the host refused', async () => {
    for (let i = 0; i < 65; i++) {
      t.write('a.txt', `${i}\n`)
      expect((await t.snapshot()).outcome.kind).toBe('imported')
    }
    expect(row(await diff(), 'a.txt')?.patch).toContain('+64')
    t.commit({ 'refused.txt': 'r\n' })
    t.write('a.txt', 'after\n')
    const head = t.agent.git('rev-parse', 'HEAD')
    t.agent.git('add', '-A')
    const sha = t.agent.git('commit-tree', t.agent.git('write-tree'), '-p', head, '-m', 's') as DiffView['tree']
    expect((await rig.repo.importSnapshot(t.spec.session, t.pack(sha, [head]), sha, head as DiffView['tree'])).kind).not.toBe('imported')
    expect((await rig.repo.importSnapshot(t.spec.session, t.pack(sha), sha, head as DiffView['tree'])).kind).toBe('imported')
    expect((await rig.repo.importSnapshot(t.spec.session, t.pack(sha), sha, t.spec.base)).kind).toBe('rejected')
    expect((await diff()).files.map((f) => f.path)).toEqual(['a.txt', 'refused.txt'])
  }, 60_000)
})
