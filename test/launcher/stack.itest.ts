/** The launcher's and plain Compose's whole life of a stack, on a real engine. Images are there already (scripts/prepare.sh). */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { root } from '../harness/imports.ts'
import { execute, freshFolder, git, give, orchestra, type Outcome } from './shell.ts'

const real = { DOCKER_HOST: '' }
const owner = process.getuid?.() === 0 ? 1000 : (process.getuid?.() ?? 1000)
let home = ''
let project = ''
let link = ''

const launcher = (...args: string[]): Promise<Outcome> => orchestra(project, args, { ...real, ORCHESTRA_HOME: join(home, '.orchestra'), HOME: home })
const docker = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await execute('docker', args, home, {})
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${err}`)
  return out.trim()
}
const containers = (stack: string): Promise<string> => docker('ps', '-aq', '--no-trunc', '--filter', `label=com.docker.compose.project=${stack}`)
const stackOf = (text: string): string => /orchestra-[a-z0-9-]+-[0-9a-f]{8}/.exec(text)?.[0] ?? ''
const status = async (): Promise<string> => (await launcher('status')).out

async function repository(name: string): Promise<string> {
  const folder = join(freshFolder(), name)
  mkdirSync(folder)
  await git(folder, 'init', '-q', '-b', 'main')
  await git(folder, 'commit', '-q', '--allow-empty', '-m', 'Start')
  return folder
}

beforeAll(async () => {
  home = freshFolder()
  project = await repository('a: odd Prøject')
  for (const folder of [home, project]) give(folder, owner)
})

afterAll(async () => {
  await launcher('down', '--purge', '--yes')
})

test('up prints an address with a token that signs in once', async () => {
  const { code, out, err } = await launcher('up', '--yes')
  expect(err).toBe('')
  expect(code).toBe(0)
  link = /http\S+#token=\S+/.exec(out)?.[0] ?? ''
  const { origin, hash } = new URL(link)
  const signIn = () =>
    fetch(`${origin}/api/session`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify({ token: hash.slice('#token='.length) }) })
  const first = await signIn()
  expect(first.status).toBe(200)
  const state = await fetch(`${origin}/api/state`, { headers: { cookie: first.headers.getSetCookie()[0]?.split(';')[0] ?? '' } })
  expect(await state.json()).toMatchObject({ project: { path: project } })
  expect((await signIn()).status).toBe(401)
}, 300_000)

test('the repository is as it was, and what was made belongs to its owner', async () => {
  expect(await git(project, '-c', 'safe.directory=*', 'status', '--porcelain')).toBe('')
  const worktrees = statSync(join(home, '.orchestra/worktrees'))
  expect([worktrees.uid, worktrees.mode & 0o777]).toEqual([owner, 0o700])
  expect(statSync(join(home, '.orchestra/installs')).uid).toBe(owner)
})

test('a second up changes nothing and gives a new address', async () => {
  const stack = stackOf(await status())
  const before = await containers(stack)
  const { out } = await launcher('up')
  expect(out).toContain('runs already')
  expect(out).not.toContain(link)
  expect(await containers(stack)).toBe(before)
})

test('only the page is published, and only on this machine', async () => {
  const published = await docker('ps', '--filter', `label=com.docker.compose.project=${stackOf(await status())}`, '--format', '{{.Ports}}')
  const hosts = published.split('\n').filter((line) => line.includes('->'))
  expect(hosts).toHaveLength(1)
  expect(hosts[0]).toMatch(/127\.0\.0\.1:\d+->8080/)
  expect(hosts[0]).not.toMatch(/0\.0\.0\.0/)
})

test('the services run as the owner, without rights; only the spawner sees the socket', async () => {
  const stack = stackOf(await status())
  const inside = async (service: string, ...command: string[]) =>
    docker('exec', await docker('ps', '-q', '--filter', `label=com.docker.compose.project=${stack}`, '--filter', `label=com.docker.compose.service=${service}`), ...command)
  for (const service of ['orchestrator', 'relay']) {
    const status = await inside(service, 'cat', '/proc/1/status')
    expect(status).toMatch(new RegExp(`^Uid:\\s+${owner}\\s`, 'm'))
    expect(status).toMatch(/^CapEff:\s+0+$/m)
    await expect(inside(service, 'ls', '/var/run/docker.sock')).rejects.toThrow(/No such file/)
    await expect(inside(service, 'sh', '-c', 'as-owner cat /run/secrets/nats.conf')).rejects.toThrow(/No such file/)
  }
  expect(await inside('spawner', 'sh', '-c', 'ls /sys/class/net')).toBe('lo')
})

test('doctor sees every promise kept, and one that is broken with what to do', async () => {
  const stack = stackOf(await status())
  const well = await launcher('doctor')
  expect(well.out).not.toMatch(/FAIL/)
  expect(well.code).toBe(0)
  for (const line of ['sessions have no network', 'sessions have no capability', "can't gain privileges", 'read-only root', 'neither your checkout', 'no container has a secret', 'only the spawner', 'the spawner has no network', 'only the page is published, on 127.0.0.1', 'NATS and Postgres', 'secrets are files', "the model's credential", "can't change the schema"])
    expect(well.out).toMatch(new RegExp(`^ok +.*${line}`, 'm'))
  const image = await docker('inspect', '--format', '{{.Config.Image}}', `${stack}-s-designer`)
  const rogue = `${stack}-rogue`
  await docker('create', '--name', rogue, '--label', `dev.orchestra.install=${stack}`, '--label', 'dev.orchestra.session=rogue', '--privileged', '--network', `${stack}_bus`, '--mount', `type=bind,source=${project}/.git,target=/git`, '-e', 'ANTHROPIC_API_KEY=sk-ant-x', '--security-opt', 'seccomp=unconfined', image, 'true')
  try {
    await docker('network', 'connect', `${stack}_data`, rogue)
    const ill = await launcher('doctor')
    expect(ill.code).toBe(1)
    for (const what of ['sessions have no network', 'sessions have no capability', "can't gain privileges", 'read-only root', 'neither your checkout', 'no container has a secret'])
      expect(ill.out).toMatch(new RegExp(`^FAIL +not so: .*${what}.*rogue.*\\n +-> \\S`, 'm'))
  } finally {
    await docker('rm', '-f', rogue)
  }
}, 120_000)

test('plain Compose serves a second repository beside it, and refuses to be turned to another', async () => {
  const second = await repository('second')
  give(second, owner)
  const name = `orchestra-plain-${process.pid}`
  const tag = (await docker('ps', '--filter', `label=com.docker.compose.project=${stackOf(await status())}`, '--format', '{{.Image}}')).match(/orchestra-orchestrator:(\S+)/)?.[1] ?? ''
  const compose = (cwd: string, ...args: string[]) =>
    execute('docker', ['compose', '-p', name, '-f', join(root, 'compose.yaml'), ...args], cwd, { HOME: home, PWD: cwd, ORCHESTRA_TAG: tag, ORCHESTRA_PORT: '17717' })
  try {
    const { code, err } = await compose(second, 'up', '--detach', '--wait', '--no-build')
    expect(code, err).toBe(0)
    expect((await fetch('http://127.0.0.1:17717/api/health')).status).toBe(200)
    expect(await status()).toContain('orchestrator   running, healthy')
    const turned = await compose(project, 'run', '--rm', '--no-deps', '-T', 'init')
    expect(turned.code).toBe(1)
    expect(turned.err).toContain(`belongs to ${second}`)
    expect((await launcher('status', '--all')).out).toMatch(new RegExp(`${name}\\s+running\\s+http://127.0.0.1:17717\\s+${second}`))
  } finally {
    await compose(second, 'stop', 'orchestrator')
    await execute('sh', ['-c', `docker ps -aq --filter label=dev.orchestra.install=${name} | xargs -r docker rm -f`], home, {})
    await compose(second, 'down', '--volumes', '--timeout', '5')
    await execute('sh', ['-c', `docker volume ls -q --filter label=dev.orchestra.install=${name} | xargs -r docker volume rm; docker image ls -q --filter label=dev.orchestra.install=${name} | sort -u | xargs -r docker image rm --force`], home, {})
  }
}, 240_000)

test('down keeps the state, up goes on with it, purge takes all', async () => {
  const stack = stackOf(await status())
  const sessions = async () => (await launcher('psql', '-Atc', 'select id, created_at from sessions')).out
  const before = await sessions()
  expect(before).toContain('designer')
  expect((await launcher('down')).code).toBe(0)
  expect(await containers(stack)).toBe('')
  expect((await launcher('up')).code).toBe(0)
  expect(await sessions()).toBe(before)
  expect((await launcher('down', '--purge', '--yes')).code).toBe(0)
  expect(await containers(stack)).toBe('')
  expect(await docker('ps', '-aq', '--filter', `label=dev.orchestra.install=${stack}`)).toBe('')
  expect(await docker('volume', 'ls', '-q', '--filter', `name=${stack}`)).toBe('')
  expect(await docker('network', 'ls', '-q', '--filter', `name=${stack}`)).toBe('')
}, 240_000)
