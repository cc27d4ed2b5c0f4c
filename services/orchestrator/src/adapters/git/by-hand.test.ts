/** A person with plain git in a worktree and in the project while an agent works there: nothing of theirs is lost or changed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sha } from '@orchestra/contracts'
import { makeRig, type Rig, type Twin } from './testing/rig.ts'

let rig: Rig
let t: Twin
beforeEach(async () => {
  rig = makeRig()
  t = await rig.session('work')
})
afterEach(() => rig.remove())
const status = (s = t.host): string[] => s.git('status', '--porcelain').split('\n').filter((l) => l !== '').sort()
const head = (s = t.host): string => s.git('rev-parse', 'HEAD')

describe('import beside a person', () => {
  it('keeps what is staged and what is not, byte for byte', async () => {
    t.write('README.md', 'staged by the person\n')
    t.host.git('add', 'README.md')
    t.write('README.md', 'staged by the person\nand edited after\n')
    t.write('loose.txt', 'untracked\n')
    t.agent.git('add', 'src')
    t.write('src/a.txt', 'agent\n')
    t.agent.git('commit', '-qm', 'all of it', '--', 'src/a.txt')
    expect(await t.import()).toMatchObject({ kind: 'imported' })
    expect(status()).toEqual(['?? loose.txt', 'MM README.md'])
    expect(t.host.git('show', ':README.md')).toBe('staged by the person')
    expect(readFileSync(join(t.spec.path, 'README.md'), 'utf8')).toBe('staged by the person\nand edited after\n')
  })

  it('keeps the person\'s staged version of a file that the agent committed too', async () => {
    t.write('src/a.txt', 'person staged\n')
    t.host.git('add', 'src/a.txt')
    t.write('new.txt', 'staged new\n')
    t.host.git('add', 'new.txt')
    t.host.git('rm', '-q', '--cached', 'src/b.txt')
    t.write('src/a.txt', 'agent\n')
    t.agent.git('rm', '-q', '--cached', 'README.md')
    t.agent.git('add', 'src/a.txt', 'src/b.txt')
    t.write('src/b.txt', 'agent b\n')
    t.agent.git('add', 'src/b.txt')
    t.agent.git('commit', '-qm', 'agent')
    expect(await t.import()).toMatchObject({ kind: 'imported' })
    expect(t.host.git('show', ':src/a.txt')).toBe('person staged')
    expect(t.host.git('show', ':new.txt')).toBe('staged new')
    expect(t.host.git('ls-files', 'src/b.txt')).toBe('')
    expect(status()).toEqual(['?? README.md', '?? src/b.txt', 'A  new.txt', 'D  src/b.txt', 'MM src/a.txt'])
  })

  it('an agent that follows a person\'s commit goes on from it', async () => {
    t.write('p.txt', 'person\n')
    t.host.git('add', 'p.txt')
    t.host.git('commit', '-qm', 'person')
    const p = Sha.parse(head())
    t.agent.git('update-ref', 'refs/heads/work', p)
    t.agent.git('read-tree', p)
    const tip = t.commit({ 'q.txt': 'q\n' })
    expect(await rig.repo.importCommits(t.spec, t.pack(tip, [p]), tip, [])).toMatchObject({ kind: 'imported', commits: 1 })
    expect(status()).toEqual([])
    // Later the agent throws the person's commit away: that is no rewrite of its own work.
    t.agent.git('reset', '-q', '--soft', t.spec.base)
    t.agent.git('commit', '-qm', 'squashed')
    expect((await t.import()).kind).toBe('diverged')
    expect(head()).toBe(tip)
  })

  it('commits on both sides both survive', async () => {
    const agentTip = t.commit({ 'agent.txt': 'a\n' })
    t.host.git('commit', '-qm', 'person', '--allow-empty')
    const personTip = head()
    expect(await t.import()).toEqual({ kind: 'diverged', tip: personTip, pinned: agentTip })
    expect(head()).toBe(personTip)
    rig.person.git('gc', '-q', '--prune=now')
    expect(rig.person.git('cat-file', '-t', agentTip)).toBe('commit')
    // The agent merges what the host has, and both are on the branch.
    t.agent.git('merge', '-q', '--no-edit', personTip)
    expect(await t.import()).toMatchObject({ kind: 'imported' })
    expect(t.host.git('log', '--format=%s').split('\n')).toEqual(expect.arrayContaining(['person', 'work']))
    expect(status()).toEqual([])
  })

  it('a rewrite of the agent\'s own commits moves the branch and pins what it left', async () => {
    const one = t.commit({ 'x.txt': '1\n' })
    await t.import()
    t.write('x.txt', '2\n')
    t.agent.git('commit', '-qa', '--amend', '-m', 'again')
    const two = head({ ...t.agent })
    expect(await t.import()).toMatchObject({ kind: 'imported', tip: two, pinned: one })
    expect(status()).toEqual([])
    rig.person.git('gc', '-q', '--prune=now')
    expect(rig.person.git('cat-file', '-t', one)).toBe('commit')
  })

  it('waits while a merge, rebase, cherry-pick or bisect is open, and off the branch', async () => {
    const first = t.commit({ 'src/a.txt': 'agent 1\n' })
    await t.import()
    rig.commit({ 'src/a.txt': 'main\n' })
    const tip = t.commit({ 'later.txt': 'l\n' })
    const waits = async (): Promise<void> => {
      const before = [head(), status().join(), readFileSync(join(t.spec.path, 'src/a.txt'), 'utf8')]
      expect((await t.import(tip)).kind).toBe('waiting')
      expect([head(), status().join(), readFileSync(join(t.spec.path, 'src/a.txt'), 'utf8')]).toEqual(before)
    }
    rmSync(join(t.spec.path, 'later.txt'))
    expect(t.host.try('rebase', 'main').code).not.toBe(0)
    await waits()
    t.host.git('rebase', '--abort')
    expect(t.host.try('merge', 'main').code).not.toBe(0)
    await waits()
    t.host.git('merge', '--abort')
    expect(t.host.try('cherry-pick', 'main').code).not.toBe(0)
    await waits()
    t.host.git('cherry-pick', '--abort')
    t.host.git('bisect', 'start', '-q', 'HEAD', 'HEAD^')
    await waits()
    t.host.git('bisect', 'reset')
    t.host.git('checkout', '-q', '--detach')
    await waits()
    t.host.git('checkout', '-q', 'work')
    expect(head()).toBe(first)
    writeFileSync(join(t.spec.path, '.git-placeholder'), '')
    rmSync(join(t.spec.path, '.git-placeholder'))
    expect(await t.import(tip)).toMatchObject({ kind: 'imported' })
    expect(status()).toEqual([' D later.txt'])
  })

  it('waits for a git that holds the index', async () => {
    const lock = join(rig.project, '.git/worktrees/work/index.lock')
    writeFileSync(lock, '')
    const tip = t.commit({ 'x.txt': 'x' })
    expect(await t.import()).toMatchObject({ kind: 'waiting' })
    expect(existsSync(lock)).toBe(true)
    rmSync(lock)
    expect(await t.import()).toMatchObject({ kind: 'imported', tip })
    expect(existsSync(lock)).toBe(false)
  })

  it('a deleted branch or worktree waits; the agent\'s repository is whole after gc', async () => {
    const tip = t.commit({ 'x.txt': 'x' })
    await t.import()
    t.host.git('checkout', '-q', '--detach')
    rig.person.git('branch', '-qD', 'work')
    rig.person.git('reflog', 'expire', '--expire=now', '--all')
    rig.person.git('gc', '-q', '--prune=now')
    expect(t.agent.try('fsck', '--connectivity-only').code).toBe(0)
    expect(t.agent.try('log', '--all', '-p').code).toBe(0)
    t.commit({ 'y.txt': 'y' })
    expect(await t.import()).toMatchObject({ kind: 'waiting' })
    expect(rig.person.git('cat-file', '-t', tip)).toBe('commit')
  })

  it('two commits at the same moment, again and again: none is lost', async () => {
    for (let i = 0; i < 6; i++) {
      const tip = t.commit({ [`agent-${i}.txt`]: `${i}` })
      const importing = t.import(tip)
      const personal = t.host.try('commit', '-qm', `person ${i}`, '--allow-empty')
      const out = await importing
      const log = t.host.git('log', '--format=%H %s')
      if (personal.code === 0) expect(log).toContain(`person ${i}`)
      if (out.kind === 'imported') expect(log).toContain(tip)
      else expect(['diverged', 'waiting']).toContain(out.kind)
      if (!log.includes(tip)) {
        // The agent follows, as agentd tells it to.
        t.agent.git('merge', '-q', '--no-edit', head())
        expect((await t.import()).kind).toBe('imported')
      } else t.agent.git('merge', '-q', '--no-edit', head())
      expect(t.host.git('log', '--format=%H').split('\n')).toContain(tip)
      await t.import()
    }
  })
})
