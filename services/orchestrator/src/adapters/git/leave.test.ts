/** A stack goes: what no branch keeps is in a bundle, nothing of ours is left, and the bundle brings it back. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLeaving, type Leaving } from './leaving.ts'
import { makeRig, type Rig } from './testing/rig.ts'

let rig: Rig
let leaving: Leaving
beforeEach(() => { rig = makeRig(); leaving = createLeaving(rig.options) })
afterEach(() => rig.remove())
const parent = () => join(rig.root, 'worktrees')
const file = () => join(rig.root, 'kept.bundle')
const ours = () => rig.person.git('for-each-ref', '--format=%(refname)', 'refs/orchestra')

it('tells whose worktrees there are, where their branches stand and what is open', async () => {
  const a = await rig.session('a')
  a.commit({ 'a.txt': '1' })
  await a.import()
  const b = await rig.session('b')
  b.host.git('checkout', '-q', '--detach')
  rig.person.git('worktree', 'add', '-q', '-b', 'own', join(rig.root, 'elsewhere'))
  expect((await leaving.worktrees(parent())).sort((x, y) => x.session.localeCompare(y.session))).toEqual([
    { session: 'a', path: a.spec.path, branch: 'a', open: null, unmerged: 1 },
    { session: 'b', path: b.spec.path, branch: null, open: null, unmerged: 0 },
  ])
})

it('a commit that no branch could take is pinned, and no branch moves', async () => {
  const a = await rig.session('a')
  const tip = a.commit({ 'a.txt': '1' })
  expect(await leaving.pinPack(a.spec.session, a.pack(tip), tip)).toBe(true)
  expect(rig.person.git('rev-parse', `refs/orchestra/attic/a/${tip}`)).toBe(tip)
  expect(rig.person.git('rev-parse', 'a')).toBe(a.spec.base)
})

it('what branches have is in no bundle', async () => {
  const a = await rig.session('a')
  a.commit({ 'a.txt': '1' })
  await a.import()
  await a.snapshot()
  expect(await leaving.bundle(file())).toBeNull()
  expect(existsSync(file())).toBe(false)
})

it('pins and uncommitted work go out in a bundle and come back from it; branches stay where they are', async () => {
  const a = await rig.session('a')
  const first = a.commit({ 'a.txt': '1' })
  await a.import()
  a.write('half.txt', 'half')
  await a.snapshot()
  const lost = a.commit({ 'a.txt': '2' }, 'on no branch')
  await leaving.pinPack(a.spec.session, a.pack(lost), lost)
  const made = await leaving.bundle(file())
  expect(made?.refs.sort()).toEqual([`refs/orchestra/attic/a/${lost}`, 'refs/orchestra/snapshot/a'])
  expect(await leaving.dropRefs()).toBeGreaterThan(0)
  expect(ours()).toBe('')
  expect(rig.person.git('rev-parse', 'a')).toBe(first)
  rig.person.git('gc', '-q', '--prune=now')
  const back = await leaving.unbundle(file())
  expect(back.kept).toEqual([])
  expect(rig.person.git('show', 'refs/orchestra/snapshot/a:half.txt')).toBe('half')
  expect(rig.person.git('log', '-1', '--format=%s', `refs/orchestra/attic/a/${lost}`)).toBe('on no branch')
})

it('a branch of a backup that stands elsewhere by now is left, its commit kept beside it', async () => {
  rig.commit({ 'x.txt': '1' })
  rig.person.git('branch', 'work')
  rig.person.git('branch', 'gone')
  rig.person.git('bundle', 'create', '-q', file(), 'refs/heads/work', 'refs/heads/gone')
  const old = rig.person.git('rev-parse', 'work')
  rig.person.git('branch', '-D', 'gone')
  const newer = rig.commit({ 'x.txt': '2' })
  rig.person.git('branch', '-f', 'work', newer)
  expect(await leaving.unbundle(file())).toEqual({ made: ['refs/heads/gone'], kept: ['refs/heads/work'] })
  expect(rig.person.git('rev-parse', 'work')).toBe(newer)
  expect(rig.person.git('rev-parse', 'refs/orchestra/restored/work')).toBe(old)
  expect(rig.person.git('rev-parse', 'gone')).toBe(old)
})

it('forgetting a session drops its snapshots and the pins that branches keep, and no other pin', async () => {
  const a = await rig.session('a')
  a.commit({ 'a.txt': '1' })
  await a.import()
  await a.snapshot()
  const lost = a.commit({ 'a.txt': '2' })
  await leaving.pinPack(a.spec.session, a.pack(lost), lost)
  expect((await rig.repo.diskUse(a.spec.session, a.spec.path)).worktree).toBeGreaterThan(0)
  await rig.repo.forgetSession(a.spec.session)
  expect(ours()).toBe(`refs/orchestra/attic/a/${lost}`)
  expect((await rig.repo.diskUse(a.spec.session, null)).snapshots).toBe(0)
})
