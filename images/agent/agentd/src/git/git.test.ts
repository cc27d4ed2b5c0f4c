/** The private gitdir with real git: made from a seed, snapshots, following the host's branch. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Sha, link } from '@orchestra/contracts'
import type { Places } from '../places.ts'
import { follow, followCheckout } from './follow.ts'
import { gitOn } from './git.ts'
import type { Git } from './git.ts'
import { ensureGitDir } from './gitdir.ts'
import { setShownRefs } from './refs.ts'
import { Snapshots } from './snapshot.ts'

let dir: string
let places: Places
let git: Git
let seed: link.Seed

const sh = (command: string, cwd: string): string => execFileSync('bash', ['-c', command], { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: dir } }).trim()
const host = (command: string) => sh(command, `${dir}/repo`)
const agent = (command: string) => sh(command, places.workspace)
const commitOnHost = (file: string, text: string): Sha => {
  host(`printf '%s' '${text}' > ${file} && git add -A && git commit -qm 'change ${file}'`)
  return Sha.parse(host('git rev-parse HEAD'))
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'agentd-git-'))
  for (const sub of ['repo', 'ws', 'git', 'home', 'run']) mkdirSync(`${dir}/${sub}`)
  places = { workspace: `${dir}/ws`, git: `${dir}/git`, home: `${dir}/home`, relaySocket: '', seed: '', seedIndex: `${dir}/index`, run: `${dir}/run`, extrausers: null, profiles: '', gatewayPort: 0, hooksPort: 0 }
  host('git init -q -b main && git config user.name Person && git config user.email p@example.org')
  host("printf 'one' > a.txt && printf 'ignored\\n' > .gitignore && git add -A && git commit -qm first")
  const base = Sha.parse(host('git rev-parse HEAD'))
  host('cp -r a.txt .gitignore ../ws/')
  writeFileSync(`${places.workspace}/.git`, `gitdir: ${places.git}\n`)
  seed = link.Seed.parse({
    protocol: 1, session: 'work', role: 'executor', title: 'Work', project: 'demo', profile: 'claude', permissionMode: 'bypass', conversation: randomUUID(), resume: false, brief: null,
    setupCommand: null, setupRun: null, run: null, paired: false,
    git: { objects: `${dir}/repo/.git/objects`, branch: 'work', base, tip: base, config: [['core.filemode', 'true'], ['branch.odd "name.merge', 'x']], excludes: 'secret\n', refs: { other: base }, hasIndex: false, authorName: 'Ada "B" \\ C', authorEmail: 'ada@example.org' },
  })
  git = gitOn(places)
  await ensureGitDir(places, git, seed)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('is clean, on its branch, with excludes, identity and the trailer', () => {
  writeFileSync(`${places.workspace}/secret`, 'x')
  expect(agent('git status --porcelain --branch')).toBe('## work')
  agent('echo b > b.txt && git add -A && git commit -q --no-verify -m "Add b"')
  expect(agent('git log -1 --format="%an|%ae|%B"')).toBe('Ada "B" \\ C|ada@example.org|Add b\n\nOrchestra-Session: work')
  expect(agent('git commit -q --amend --no-edit && git log -1 --format=%B')).toBe('Add b\n\nOrchestra-Session: work')
  expect(agent('git show -s --format=%s refs/orchestra/other')).toBe('first')
})

it('keeps what the agent has when it is made again', async () => {
  agent('echo b > b.txt && git add b.txt && git commit -qm mine && echo staged > c.txt && git add c.txt')
  expect(await ensureGitDir(places, git, seed)).toBe(false)
  expect(agent('git log -1 --format=%s; git status --porcelain')).toBe('mine\nA  c.txt')
})

it('takes an index that does not read as none', async () => {
  rmSync(places.git, { recursive: true })
  writeFileSync(places.seedIndex, 'not an index')
  expect(await ensureGitDir(places, git, { ...seed, git: { ...seed.git, hasIndex: true } })).toBe(true)
  expect(agent('git status --porcelain')).toBe('')
})

it('shows refs as a set, whatever one of them lacks', async () => {
  const next = commitOnHost('x.txt', 'x')
  await setShownRefs(git, { 'new-one': next, missing: '1'.repeat(40) })
  expect(agent("git for-each-ref --format='%(refname)' refs/orchestra/").split('\n')).toEqual(['refs/orchestra/base', 'refs/orchestra/new-one'])
})

it('a snapshot has everything but ignored files and nested repositories, and touches neither index nor refs', async () => {
  const snapshots = new Snapshots(places, git)
  agent('echo two > a.txt && mkdir d && echo n > d/new && echo i > ignored && git init -q nested && cd nested && git -c user.name=x -c user.email=y commit -q --allow-empty -m x')
  const index = readFileSync(`${places.git}/index`)
  const snapshot = await snapshots.take([])
  expect((await git(['ls-tree', '-r', '--name-only', snapshot.sha])).split('\n')).toEqual(['.gitignore', 'a.txt', 'd/new'])
  expect(snapshot.head).toBe(seed.git.base)
  expect(readFileSync(`${places.git}/index`).equals(index)).toBe(true)
  expect(await snapshots.take([])).toEqual(snapshot)
  agent('git add -f ignored')
  expect(await git(['ls-tree', '-r', '--name-only', (await snapshots.take([])).sha])).toContain('ignored')
})

it('a snapshot by names is the one that a look through everything gives', async () => {
  const all = async () => (await new Snapshots(places, git).take([])).tree
  const snapshots = new Snapshots(places, git)
  agent('mkdir -p d/e && echo 1 > d/e/one && echo 2 > d/two && echo 3 > three')
  await snapshots.take([])
  const after = async (command: string, ...changed: string[]) => {
    agent(command)
    const { tree } = await snapshots.take([], new Set(changed))
    expect(tree).toBe(await all())
  }
  await after('echo more >> a.txt && echo new > "d/odd *name"', 'a.txt', 'd/odd *name')
  await after('echo i > ignored && echo x >> d/two', 'ignored', 'd/two')
  await after('rm three && touch passing && rm passing', 'three', 'passing')
  await after('mv d ../elsewhere', 'd')
  await after('mkdir d && ln -s ../a.txt d/link', 'd/link')
  await after('rm -r d && ln -s .. d', 'd', 'd/link')
  await after('rm d && mkdir d && echo 1 > d/in && echo 2 > d/untold', 'd')
  await after('echo "*.log" >> .gitignore && echo l > x.log', 'x.log', '.gitignore')
  await after('git add -f ignored && git commit -qm mine', 'a.txt')
  expect(agent('git status --porcelain -uno')).not.toContain('ignored')
})

it('a snapshot is a commit as git writes one', async () => {
  agent('echo two > a.txt')
  const { sha, head, tree } = await new Snapshots(places, git).take([])
  expect(await git(['cat-file', '-p', sha])).toMatch(new RegExp(`^tree ${tree}\nparent ${head}\nauthor orchestra <snapshot@orchestra.invalid> \\d+ \\+0000\n`))
  expect((await git.try(['fsck', '--strict', sha])).stderr).not.toMatch(/error|warning/)
})

it('snapshots asked for at the same moment do not get in each other\'s way, nor does a killed one\'s lock', async () => {
  const snapshots = new Snapshots(places, git)
  writeFileSync(`${places.git}/orchestra-index.lock`, '')
  agent('echo three > a.txt')
  const [one, ...others] = await Promise.all([snapshots.take([]), snapshots.take([]), snapshots.take([])])
  expect(others).toEqual([one, one])
})

it('a snapshot in the middle of a conflict has the files as they are', async () => {
  const snapshots = new Snapshots(places, git)
  agent('git checkout -q -b side && echo side > a.txt && git commit -qam side && git checkout -q work && echo main > a.txt && git commit -qam main && ! git merge -q side')
  const snapshot = await snapshots.take([])
  expect(await git(['show', `${snapshot.sha}:a.txt`])).toContain('<<<<<<<')
  expect(statSync(`${places.git}/MERGE_HEAD`).isFile()).toBe(true)
})

it('follows a commit of the person: branch and index move, what is staged stays', async () => {
  agent('echo mine > mine.txt && git add mine.txt')
  const tip = commitOnHost('theirs.txt', 'theirs')
  writeFileSync(`${places.workspace}/theirs.txt`, 'theirs')
  expect(await follow(places, git, 'work', tip, seed.git.tip)).toBe('moved')
  expect(agent('git rev-parse work')).toBe(tip)
  expect(agent('git status --porcelain')).toBe('A  mine.txt')
})

it('follows a rewritten branch when it has nothing of its own', async () => {
  const first = commitOnHost('x.txt', '1')
  writeFileSync(`${places.workspace}/x.txt`, '1')
  await follow(places, git, 'work', first, seed.git.tip)
  host('git commit -q --amend -m rewritten')
  const second = Sha.parse(host('git rev-parse HEAD'))
  expect(await follow(places, git, 'work', second, first)).toBe('moved')
  expect(agent('git status --porcelain; git log -1 --format=%s')).toBe('rewritten')
})

it('keeps its own commits, and offers the other side', async () => {
  agent('git commit -q --allow-empty -m mine')
  const tip = commitOnHost('theirs.txt', 'theirs')
  expect(await follow(places, git, 'work', tip, seed.git.tip)).toEqual({ kept: 'it has commits of its own' })
  expect(agent('git log -1 --format=%s; git rev-parse refs/orchestra/host')).toBe(`mine\n${tip}`)
})

it('is ahead when an import of its own commit lands', async () => {
  agent('git commit -q --allow-empty -m mine')
  const mine = Sha.parse(agent('git rev-parse HEAD'))
  agent('git commit -q --allow-empty -m more')
  expect(await follow(places, git, 'work', mine, seed.git.tip)).toBe('ahead')
})

it("a designer's HEAD goes where the checkout is, branch and all", async () => {
  const tip = commitOnHost('new.txt', 'x')
  writeFileSync(`${places.workspace}/new.txt`, 'x')
  await followCheckout(places, git, 'other/branch', tip)
  expect(agent('git status --porcelain --branch')).toBe('## other/branch')
})
