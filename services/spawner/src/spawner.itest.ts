/** The spawner over its socket, with the orchestrator's adapter, on a real engine. */
import { execFileSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerFact, ProjectId, RunId, SessionId } from '@orchestra/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
// A test may wire what the rooms may not: it is the only place where both ends meet.
import { holdsRuntimeContract } from '../../../test/harness/contracts/runtime.ts'
import { createRuntime } from '../../orchestrator/src/adapters/spawner/index.ts'
import { createBuilds } from './builds.ts'
import type { Context } from './context.ts'
import { connectEngine } from './docker/index.ts'
import { openLedger } from './ledger.ts'
import { createPrepare } from './prepare.ts'
import { createRpc, listenAs } from './rpc.ts'

const install = `dev-spawner-${randomBytes(3).toString('hex')}`
const agentImage = `${install}-agent:local`
const owner = { uid: 4242, gid: 4343 }
const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim()
const inAgent = (session: string, command: string) => docker('exec', `${install}-s-${session}`, 'sh', '-c', `{ ${command}; } 2>&1 || true`)
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'spawner-it-')))
const project = 'shop' as ProjectId
const one = 'one' as SessionId
const resources = { memoryMb: 512, cpus: 1, pids: 100 }
const executor = { project, session: one, role: 'executor' as const, resources, paired: false, covers: ['vendored'], cli: null }
const socket = join(dir, 'spawner.sock')
const runtime = createRuntime({ socket })
let server: Server

const context = (): Context => {
  const config = { install, projectDir: join(dir, 'shop'), home: join(dir, 'home'), agentImage, hostCa: null, stateDir: join(dir, 'state'), socket, dockerSocket: '/var/run/docker.sock', owner, buildArgs: {}, registries: [], crashpoints: null, agentCrashpoints: false }
  const engine = connectEngine(config.dockerSocket)
  return { config, engine, ledger: openLedger(config.stateDir), prepare: createPrepare(config, engine), builds: createBuilds() }
}

beforeAll(async () => {
  execFileSync('docker', ['build', '-q', '-t', agentImage, '-'], { input: 'FROM debian:trixie-slim\nRUN printf "#!/bin/sh\\necho \\${npm_config_registry:-https://npm.example/}\\n" >/usr/local/bin/npm && chmod 755 /usr/local/bin/npm\nENTRYPOINT ["/bin/sh", "-c", "echo up; exec sleep infinity"]\n', stdio: ['pipe', 'ignore', 'ignore'] })
  execFileSync('git', ['init', '-q', join(dir, 'shop')])
  mkdirSync(join(dir, 'home/worktrees/shop/one/vendored'), { recursive: true })
  execFileSync('sh', ['-c', `echo 'gitdir: ../..' >${dir}/home/worktrees/shop/one/.git && mkdir -p ${dir}/shop/.orchestra/spec && chown -R 4242:4343 ${dir}/home ${dir}/shop`])
  docker('run', '--rm', ...['sockets', 'seeds', 'mirror', 'checks'].flatMap((v) => ['-v', `${install}_${v}:/v/${v}`]), 'debian:trixie-slim', 'sh', '-c',
    'mkdir -p /v/sockets/one /v/seeds/one /v/sockets/lead /v/seeds/lead /v/mirror/.orchestra/spec && echo hello >/v/mirror/README && echo "gitdir: /orchestra/git" >/v/mirror/.git')
  server = createRpc(context())
  await listenAs(server, socket, owner)
})

afterAll(() => {
  server.close()
  server.closeAllConnections()
  const ours = (kind: string, ...args: string[]) => docker(kind, 'ls', ...args, '-q', '--filter', `label=dev.orchestra.install=${install}`).split('\n').filter(Boolean)
  for (const id of [...ours('container', '-a'), ...docker('ps', '-aq', '--filter', `name=${install}`).split('\n').filter(Boolean)]) docker('rm', '-f', id)
  for (const name of docker('volume', 'ls', '-q').split('\n').filter((v) => v.startsWith(install))) docker('volume', 'rm', name)
  for (const tag of docker('images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').filter((t) => t.startsWith(install))) docker('rmi', '-f', tag)
  rmSync(dir, { recursive: true })
})

describe('a runtime', () => {
  const kept = 'kept' as SessionId
  beforeAll(() => {
    docker('run', '--rm', '-v', `${install}_sockets:/a`, '-v', `${install}_seeds:/b`, 'debian:trixie-slim', 'mkdir', '-p', '/a/kept', '/b/kept')
    execFileSync('sh', ['-c', `mkdir -p ${dir}/home/worktrees/shop/kept && echo 'gitdir: ../..' >${dir}/home/worktrees/shop/kept/.git && chown -R 4242:4343 ${dir}/home/worktrees/shop/kept`])
  })
  holdsRuntimeContract(() => runtime, () => ({ ...executor, session: kept, covers: [] }))
})

describe('an executor\'s container', () => {
  it('starts, and ensuring it again adopts it', async () => {
    const first = await runtime.ensure(executor)
    expect(first).toMatchObject({ ok: true, value: { session: 'one', state: 'running' } })
    expect(await runtime.ensure(executor)).toEqual(first)
    expect(await runtime.list()).toMatchObject({ ok: true, value: { containers: [{ session: 'one', state: 'running' }], volumes: ['one'] } })
  })

  it('runs as the owner, with volumes of its own and nothing else writable', () => {
    expect(inAgent('one', 'id -u; id -g; whoami; cat /workspace/.git')).toBe('4242\n4343\nagent\ngitdir: /orchestra/git')
    expect(inAgent('one', 'touch /workspace/a /orchestra/git/b /home/agent/c /tmp/d /run/agentd/e && stat -c %u /orchestra/git /home/agent')).toBe('4242\n4242')
    expect(statSync(join(dir, 'home/worktrees/shop/one/a')).uid).toBe(4242)
    expect(inAgent('one', 'touch /x')).toContain('Read-only')
    expect(inAgent('one', 'rm -f /workspace/.git')).toContain('busy')
    expect(inAgent('one', 'echo x >/workspace/.git')).toMatch(/Read-only|nonexistent/)
    expect(inAgent('one', 'mkdir /workspace/vendored/.git')).toContain('Read-only')
    expect(inAgent('one', `touch ${dir}/shop/.git/objects/x`)).toContain('Read-only')
    expect(inAgent('one', `ls ${dir}/shop/.git`)).toBe('objects')
    expect(inAgent('one', 'touch /run/orchestra/x')).toContain('Read-only')
  })

  it('has no network, no capability, and can\'t gain any', () => {
    expect(inAgent('one', 'ls /sys/class/net')).toBe('lo')
    const status = inAgent('one', 'cat /proc/self/status')
    for (const line of [/CapEff:\s+0+\n/, /CapBnd:\s+0+\n/, /NoNewPrivs:\s+1\n/, /Seccomp:\s+2\n/]) expect(status).toMatch(line)
    expect(inAgent('one', 'unshare -Ur true')).toContain('not permitted')
    expect(inAgent('one', 'ulimit -c')).toBe('0')
  })

  it('tells its output, pauses, goes on, stops and is made anew', async () => {
    expect(await runtime.logs(one, 5)).toBe('up\n')
    expect(await runtime.pause(one)).toMatchObject({ ok: true, value: { state: 'paused' } })
    expect(await runtime.unpause(one)).toMatchObject({ ok: true, value: { state: 'running' } })
    expect(await runtime.stop(one)).toMatchObject({ ok: true, value: { state: 'exited' } })
    expect(await runtime.ensure(executor)).toMatchObject({ ok: true, value: { state: 'running' } })
    expect(inAgent('one', 'ls /home/agent')).toBe('c')
  })

  it('is not swapped for one with other mounts while it runs', async () => {
    expect(await runtime.ensure({ ...executor, paired: true })).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
    expect(await runtime.remove(one, false)).toEqual({ ok: true, value: undefined })
    expect(await runtime.ensure({ ...executor, paired: true })).toMatchObject({ ok: true })
    expect(inAgent('one', 'cat /source/README; touch /source/x')).toMatch(/^hello\n.*Read-only/)
  })

  it('is adopted by a spawner that lost its records, and one that only looks like ours is not', async () => {
    rmSync(join(dir, 'state'), { recursive: true })
    server.close() // which also takes the socket away
    server = createRpc(context())
    await listenAs(server, socket, owner)
    expect(await runtime.list()).toMatchObject({ ok: true, value: { containers: [] } })
    expect(await runtime.stop(one)).toMatchObject({ ok: true, value: { state: 'missing' } })
    expect(await runtime.ensure({ ...executor, paired: true })).toMatchObject({ ok: true, value: { state: 'running' } })
    docker('run', '-d', '--name', `${install}-s-fake`, '--label', `dev.orchestra.install=${install}`, '--label', 'dev.orchestra.session=fake', 'debian:trixie-slim', 'sleep', '100')
    expect(await runtime.stop('fake' as SessionId)).toMatchObject({ ok: true, value: { state: 'missing' } })
    expect(await runtime.remove('fake' as SessionId, true)).toMatchObject({ ok: true })
    expect(docker('inspect', '-f', '{{.State.Running}}', `${install}-s-fake`)).toBe('true')
    mkdirSync(join(dir, 'home/worktrees/shop/fake'))
    expect(await runtime.ensure({ ...executor, session: 'fake' as SessionId, covers: [] })).toMatchObject({ ok: false, problem: { code: 'wrong_state' } })
  })
})

describe('a designer\'s container', () => {
  it('reads the mirror and writes the spec folder of the project', async () => {
    expect(await runtime.ensure({ ...executor, session: 'lead' as SessionId, role: 'designer', covers: [] })).toMatchObject({ ok: true })
    expect(inAgent('lead', 'cat README; touch x; touch .orchestra/config.yaml; touch .orchestra/spec/designer.md && ls .orchestra/spec')).toMatch(/^hello\n.*Read-only.*\n.*Read-only.*\ndesigner.md$/)
    expect(statSync(join(dir, 'shop/.orchestra/spec/designer.md')).uid).toBe(4242)
  })
})

describe('hostile callers', () => {
  const hostile: [string, object][] = [
    ['a path as session', { ...executor, session: '../one' }],
    ['a path as project', { ...executor, project: '../../etc' }],
    ['a cover that leaves the worktree', { ...executor, covers: ['../../../etc'] }],
    ['a cover over the gitfile', { ...executor, covers: ['.git'] }],
    ['no memory limit', { ...executor, resources: { ...resources, memoryMb: 0 } }],
    ['endless pids', { ...executor, resources: { ...resources, pids: -1 } }],
    ['an unknown role', { ...executor, role: 'root' }],
  ]
  it.each(hostile)('%s is refused', async (_what, body) => {
    expect(await runtime.ensure(body as never)).toMatchObject({ ok: false, problem: { code: 'bad_input' } })
  })

  it('what is not in the contract has no effect', async () => {
    await runtime.remove(one, false)
    await runtime.ensure({ ...executor, image: 'debian:trixie-slim', HostConfig: { Privileged: true, Binds: ['/:/h'] }, network: 'host' } as never)
    const made = JSON.parse(docker('inspect', `${install}-s-one`)) as { HostConfig: { Privileged: boolean; Binds: unknown; NetworkMode: string }; Config: { Image: string } }[]
    expect(made[0]?.HostConfig).toMatchObject({ Privileged: false, Binds: null, NetworkMode: 'none' })
    expect(made[0]?.Config.Image).toContain('-owned:')
  })

  it('a missing worktree is named, and nothing is made in its place', async () => {
    docker('run', '--rm', '-v', `${install}_sockets:/a`, '-v', `${install}_seeds:/b`, 'debian:trixie-slim', 'mkdir', '-p', '/a/two', '/b/two')
    expect(await runtime.ensure({ ...executor, session: 'two' as SessionId })).toMatchObject({ ok: false, problem: { code: 'engine_failed', message: expect.stringContaining('worktrees/shop/two') as string } })
    expect(() => statSync(join(dir, 'home/worktrees/shop/two'))).toThrow('ENOENT')
  })

  it('the socket is the owner\'s alone', () => {
    const s = statSync(socket)
    expect([s.uid, s.mode & 0o777]).toEqual([4242, 0o600])
  })
})

describe('the rest', () => {
  it('a death is told while it is watched', async () => {
    const facts: ContainerFact[] = []
    let onDeath = (): void => undefined
    const death = new Promise<void>((resolve) => { onDeath = resolve })
    const stop = runtime.watch((fact) => { facts.push(fact); if (fact.state === 'exited') onDeath() })
    // The stream carries no greeting: pausing until a first fact comes shows that it is up.
    while (facts.length === 0) { await runtime.pause(one); await runtime.unpause(one) }
    docker('kill', `${install}-s-one`)
    await death
    stop()
    expect(facts.at(-1)).toMatchObject({ session: 'one', state: 'exited', exitCode: 137 })
  })

  it('a project\'s image is built with its log, and used from then on', async () => {
    let log = ''
    const built = await runtime.buildImage({ project, run: randomUUID() as RunId, dockerfile: 'FROM orchestra-agent\nRUN echo tool >/usr/local/bin/tool && echo made-it\nENTRYPOINT ["/bin/evil"]\n' }, (chunk) => { log += chunk.toString() })
    expect(built).toMatchObject({ ok: true })
    expect(log).toContain('made-it')
    expect(await runtime.ensure(executor)).toMatchObject({ ok: true, value: { state: 'running' } })
    expect(inAgent('one', 'cat /usr/local/bin/tool; stat -c %u /home/agent')).toBe('tool\n4242')
    const failed = await runtime.buildImage({ project, run: randomUUID() as RunId, dockerfile: 'FROM orchestra-agent\nRUN echo reason && false\n' }, () => undefined)
    expect(failed).toMatchObject({ ok: false, problem: { code: 'engine_failed' } })
  })

  it('the package managers of the image say where they fetch from, once', async () => {
    const since = Date.now() / 1000
    const named = { ok: true, value: { registries: [{ tool: 'npm', host: 'npm.example' }] } }
    expect(await Promise.all([runtime.registries(project), runtime.registries(project)])).toMatchObject([named, named])
    expect(await runtime.registries(project)).toMatchObject(named)
    const made = docker('events', '--since', String(since), '--until', String(Date.now() / 1000), '--filter', 'event=create', '--filter', `label=dev.orchestra.install=${install}`)
    expect(made.match(/-s-registries-/g)).toHaveLength(1)
    expect(docker('ps', '-aq', '--filter', `name=${install}-s-registries`)).toBe('')
  })

  it('the engine is described', async () => {
    expect(await runtime.engine()).toMatchObject({ ok: true, value: { cpus: expect.any(Number) as number, diskFreeMb: expect.any(Number) as number } })
  })

  it('volumes go when asked for, and only then', async () => {
    await runtime.remove(one, false)
    expect(await runtime.list()).toMatchObject({ ok: true, value: { volumes: ['lead', 'one'] } })
    await runtime.remove(one, true)
    expect(await runtime.list()).toMatchObject({ ok: true, value: { volumes: ['lead'] } })
  })
})
