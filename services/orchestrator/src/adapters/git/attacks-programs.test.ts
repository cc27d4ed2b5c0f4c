/** What an agent's commits and configuration name is never started, neither by our git nor by the person's. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sha } from '@orchestra/contracts'
import { type Hostile, makeHostile } from './testing/hostile.ts'
import type { Rig, Twin } from './testing/rig.ts'

let h: Hostile
let rig: Rig
let t: Twin
beforeEach(async () => {
  h = await makeHostile()
  rig = h.rig
  t = h.t
})
afterEach(() => h.rig.remove())

describe('what gets in runs nothing on the host', () => {
  it('attributes that name drivers, with drivers that the agent set in its own gitdir', async () => {
    t.commit({ 'src/a.txt': 'evil\n', '.lfsconfig': '[lfs]\n\turl = file:///\n' })
    const blob = t.agent.gitBytes(['hash-object', '-w', '--stdin'], Buffer.from('* filter=x diff=x merge=x text=auto working-tree-encoding=UTF-16\n')).toString().trim()
    t.agent.git('update-index', '--add', '--cacheinfo', `100644,${blob},.gitattributes`)
    t.agent.git('commit', '-qm', 'attributes')
    t.write('.gitattributes', '* filter=x diff=x merge=x text=auto working-tree-encoding=UTF-16\n')
    const tip = Sha.parse(t.agent.git('rev-parse', 'HEAD'))
    const evil = h.script()
    for (const k of ['filter.x.clean', 'filter.x.smudge', 'filter.x.process', 'diff.x.textconv', 'diff.x.command', 'merge.x.driver', 'core.fsmonitor', 'core.sshCommand', 'alias.status']) t.agent.git('config', k, evil)
    t.agent.git('config', 'core.hooksPath', t.spec.path)
    const out = await t.import(tip)
    expect(out).toMatchObject({ kind: 'imported', flags: ['gitattributes'] })
    await rig.repo.diff({ session: t.spec.session, tip, target: t.spec.base, version: 1, context: 3 })
    h.holds()
  })

  it('drivers of the person\'s own configuration never run under our git, though attributes of the agent name them', async () => {
    const evil = h.script()
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
    expect(existsSync(h.canary)).toBe(false)
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
})
