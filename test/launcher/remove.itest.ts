/**
 * `orchestra backup`, `restore` and, with the stack down, `remove`: nothing of it is left, and nothing that an agent made is lost.
 * Sessions to be removed are laid out by hand.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { root } from '../harness/imports.ts'
import { execute, freshFolder, git, give, orchestra, type Outcome } from './shell.ts'

const owner = process.getuid?.() === 0 ? 1000 : (process.getuid?.() ?? 1000)
let home = ''
let project = ''
let stack = ''
let worktrees = ''

const launcher = (...args: string[]): Promise<Outcome> => orchestra(project, args, { DOCKER_HOST: '', ORCHESTRA_HOME: join(home, '.orchestra'), HOME: home })
const docker = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await execute('docker', args, home, {})
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${err}`)
  return out.trim()
}
const ours = async () => (await Promise.all([
  docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${stack}`), docker('ps', '-aq', '--filter', `label=dev.orchestra.install=${stack}`),
  docker('volume', 'ls', '-q', '--filter', `name=${stack}`), docker('network', 'ls', '-q', '--filter', `name=${stack}`), docker('image', 'ls', '-q', '--filter', `label=dev.orchestra.install=${stack}`),
])).filter((l) => l !== '')
const own = (...args: string[]) => git(project, '-c', 'safe.directory=*', ...args)

/** A session as a stack that lost its power leaves one: a branch, a worktree, a private gitdir with a commit that was never pushed. */
const session = async (name: string, image: string, script: string): Promise<void> => {
  const path = join(worktrees, name)
  await own('worktree', 'add', '-q', '-b', name, path)
  await own('update-ref', `refs/orchestra/pin/${name}/base`, 'main')
  give(join(project, '.git'), owner)
  give(path, owner)
  await docker('volume', 'create', '--label', `dev.orchestra.install=${stack}`, '--label', `dev.orchestra.session=${name}`, `${stack}-git-${name}`)
  const objects = join(project, '.git/objects')
  await docker('run', '--rm', '--network', 'none', '-v', `${stack}-git-${name}:/orchestra/git`, '-v', `${objects}:${objects}:ro`, '-v', `${path}:/workspace`, '--entrypoint', 'sh', image, '-euc', `
    git init -q --bare /orchestra/git && echo ${objects} >/orchestra/git/objects/info/alternates
    export GIT_DIR=/orchestra/git GIT_WORK_TREE=/workspace HOME=/tmp GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    git config core.bare false && git update-ref refs/heads/${name} ${await own('rev-parse', 'main')} && git symbolic-ref HEAD refs/heads/${name} && git read-tree HEAD
    cd /workspace && ${script}
    chown -R ${owner}:${owner} /orchestra/git && find /workspace -mindepth 1 ! -name .git -exec chown ${owner}:${owner} {} +`)
}

beforeAll(async () => {
  home = freshFolder()
  project = join(freshFolder(), 'shop')
  mkdirSync(project)
  await git(project, 'init', '-q', '-b', 'main')
  await git(project, 'commit', '-q', '--allow-empty', '-m', 'Start')
  for (const folder of [home, project]) give(folder, owner)
  const up = await launcher('up', '--yes')
  expect(up.code, up.err).toBe(0)
  stack = /orchestra-shop-[0-9a-f]{8}/.exec((await launcher('status')).out)?.[0] ?? ''
  // Another stack of this home that has run the same images: they stay.
  const tag = (await docker('ps', '--filter', `label=com.docker.compose.project=${stack}`, '--format', '{{.Image}}')).match(/orchestra-orchestrator:(\S+)/)?.[1] ?? ''
  mkdirSync(join(home, '.orchestra/installs/other'))
  writeFileSync(join(home, '.orchestra/installs/other/tags'), `${tag}\n`)
  // A tag that only this stack has run: it goes.
  await docker('tag', `orchestra-web:${tag}`, `orchestra-web:gone${process.pid}`)
  writeFileSync(join(home, '.orchestra/installs', stack, 'tags'), `${tag}\ngone${process.pid}\n`)
  await backedUpAndRestored()
  await sql("insert into schema_versions (version, file) values (9999, '9999-later.sql')")
  const down = await launcher('down')
  expect(down.code, down.err).toBe(0)
  writeFileSync(join(home, '.orchestra/installs', stack, 'schema'), '0\n')
  worktrees = join(home, '.orchestra/worktrees', readdirSync(join(home, '.orchestra/worktrees'))[0] ?? `${await projectId()}`)
  mkdirSync(worktrees, { recursive: true })
  give(join(home, '.orchestra/worktrees'), owner)
  await session('committed', `orchestra-agent:${tag}`, 'echo done >done.txt && git add -A && git commit -qm "Never pushed" && echo half >half.txt')
  await session('clean', `orchestra-agent:${tag}`, 'true')
}, 480_000)

const sql = async (query: string): Promise<string> =>
  docker('exec', await docker('ps', '-q', '--filter', `label=com.docker.compose.project=${stack}`, '--filter', 'label=com.docker.compose.service=postgres'), 'psql', '-U', 'orchestra', '-At', '-c', query, 'orchestra')
const inHome = async (script: string): Promise<string> =>
  docker('run', '--rm', '--network', 'none', '--volume', `${stack}-home-designer:/home`, '--entrypoint', 'sh', 'node:24-trixie-slim', '-c', script)

/** What the backup saw, and what restoring it left. */
const seen = { running: 'not looked at', downBackup: { code: -1, out: '', err: '' }, folderOf: '', backup: { code: -1, out: '', err: '' }, refused: { code: -1, out: '', err: '' }, restore: { code: -1, out: '', err: '' }, setup: '', conversation: '', pin: '', spec: '', sessions: '' }
const backedUpAndRestored = async (): Promise<void> => {
  const file = join(home, 'all.backup')
  const spec = join(project, '.orchestra/spec/designer.md')
  await sql("update settings set setup_command = 'before'")
  await inHome('mkdir -p /home/.claude && echo words >/home/.claude/marker')
  await own('update-ref', 'refs/orchestra/pin/old/base', 'main')
  await own('commit-tree', '-m', 'On no branch', '-p', 'main', 'main^{tree}').then((sha) => own('update-ref', 'refs/orchestra/pin/old/tip', sha))
  writeFileSync(spec, '# The plan\n')
  give(project, owner)
  seen.backup = await launcher('backup', file)
  await launcher('down')
  seen.downBackup = await launcher('backup', join(home, 'down.backup'))
  seen.running = await docker('ps', '-q', '--filter', `label=com.docker.compose.project=${stack}`)
  const up = await launcher('up')
  expect(up.code, up.err).toBe(0)
  await sql("update settings set setup_command = 'after'")
  await inHome('rm /home/.claude/marker')
  await own('update-ref', '-d', 'refs/orchestra/pin/old/tip')
  rmSync(spec)
  seen.refused = await launcher('restore', file)
  const restoring = launcher('restore', file, '--yes')
  seen.folderOf = await until(restoring, () => readdirSync(join(home, '.orchestra')).filter((n) => n.startsWith('.restore.')).map((n) => statSync(join(home, '.orchestra', n)).mode.toString(8)).find(Boolean))
  seen.restore = await restoring
  seen.setup = await sql('select setup_command from settings')
  seen.conversation = await inHome('cat /home/.claude/marker || true')
  seen.pin = await own('log', '-1', '--format=%s', 'refs/orchestra/pin/old/tip').catch(() => '')
  seen.spec = existsSync(spec) ? readFileSync(spec, 'utf8') : ''
  seen.sessions = await sql("select id || ' ' || phase from sessions")
}

/** What `look` sees before `running` has ended. */
const until = async (running: Promise<unknown>, look: () => string | undefined): Promise<string> => {
  let ended = false
  const end = running.then(() => { ended = true })
  while (!ended) {
    const found = look()
    if (found !== undefined) return found
    await Promise.race([end, new Promise((r) => setTimeout(r, 5))])
  }
  return 'never seen'
}

test('a stack that is down is backed up too, and is down again; what restore unpacks is for nobody else', async () => {
  expect(seen.downBackup.code, seen.downBackup.err + seen.downBackup.out).toBe(0)
  const manifest = (await execute('tar', ['-xzOf', join(home, 'down.backup'), 'manifest'], home, {})).out
  expect(manifest).toMatch(/^schema=\d+$/m)
  expect(seen.running).toBe('')
  expect(seen.folderOf).toBe('40700')
})

test('a backup comes back: database, conversations, pins and spec; nothing is replaced without a yes', () => {
  expect(seen.backup.code, seen.backup.err).toBe(0)
  expect(seen.refused.code).toBe(1)
  expect(seen.restore.code, seen.restore.err + seen.restore.out).toBe(0)
  expect(seen).toMatchObject({ setup: 'before', conversation: 'words', pin: 'On no branch', spec: '# The plan\n' })
  expect(seen.sessions).toMatch(/designer (starting|running)/)
})

const projectId = async (): Promise<string> => {
  const script = `import('${root}/services/orchestrator/src/config.ts').then(({ projectIdOf }) => console.log(projectIdOf(${JSON.stringify(project)})))`
  return (await execute(process.execPath, ['-e', script], root, {})).out.trim()
}

afterAll(async () => {
  if (stack !== '') await launcher('remove', '--yes')
})

test('a database of a newer schema is refused before anything else starts; an older one is copied first', async () => {
  const known = readdirSync(join(root, 'migrations')).length
  const newer = await launcher('up')
  expect(newer.code).toBe(1)
  expect(newer.err).toContain(`the database has schema 9999, this Orchestra knows ${known}`)
  // All but its first migration are only said not to have been, and fail: the copy is there all the same.
  await sql('delete from schema_versions where version > 1')
  expect((await launcher('up')).code).toBe(1)
  expect(readdirSync(join(home, '.orchestra/backups', stack))).toEqual([expect.stringMatching(/^schema-1-.*dump$/)])
}, 240_000)

test('it says what goes, and nothing goes without a yes', async () => {
  const before = await ours()
  const { code, out, err } = await launcher('remove')
  expect(code).toBe(1)
  expect(err).toContain('--yes')
  expect(out).toContain(`worktree ${join(worktrees, 'committed')}`)
  expect(out).toContain('its branch committed stays')
  expect(await ours()).toEqual(before)
}, 120_000)

test('with a yes nothing of ours is left, and what was not imported is', async () => {
  const { code, out, err } = await launcher('remove', '--yes')
  expect(code, err + out).toBe(0)
  expect(await ours()).toEqual([])
  expect(await own('log', '-1', '--format=%s', 'committed')).toBe('Never pushed')
  expect(await own('for-each-ref', 'refs/orchestra')).toBe('')
  expect(await own('worktree', 'list')).not.toContain('committed')
  expect(existsSync(worktrees)).toBe(false)
  const file = /\S+\.bundle/.exec(out.slice(out.indexOf('What no branch keeps')))?.[0] ?? ''
  await own('fetch', '-q', file, 'refs/orchestra/*:refs/back/*')
  expect(await own('show', 'refs/back/snapshot/committed:half.txt')).toBe('half')
  expect(await own('for-each-ref', '--format=%(refname)', 'refs/back')).not.toContain('clean')
  expect(await docker('image', 'ls', '-q', `orchestra-web:gone${process.pid}`)).toBe('')
  expect(existsSync(join(home, '.orchestra/installs', stack))).toBe(false)
  expect((await launcher('remove', '--yes')).out).toContain('nothing of Orchestra')
}, 240_000)
