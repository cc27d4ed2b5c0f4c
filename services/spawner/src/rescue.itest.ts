/** Commits of a session whose container is gone, read from its volume on a real engine with the agent image. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ProjectId, SessionId, Sha } from '@orchestra/contracts'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createRuntime } from '../../orchestrator/src/adapters/spawner/index.ts'
import { createBuilds } from './builds.ts'
import type { Config } from './config.ts'
import { connectEngine } from './docker/index.ts'
import { openLedger } from './ledger.ts'
import { createPrepare } from './prepare.ts'
import { createRpc, listenAs } from './rpc.ts'

const agentImage = process.env.ORCHESTRA_AGENT_IMAGE ?? 'orchestra-agent:local'
const install = `dev-spawner-${randomBytes(3).toString('hex')}`
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'spawner-rescue-')))
const repo = join(dir, 'shop')
const socket = join(dir, 'spawner.sock')
const runtime = createRuntime({ socket })
const project = 'shop' as ProjectId
const volume = `${install}-git-gone`
const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim()
const git = (...args: string[]) => execFileSync('git', ['-C', repo, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { encoding: 'utf8' }).trim()
let server: Server
let base: Sha
let tip: string

/** In a container on the session's volume, as the agent would. */
const asAgent = (script: string) => docker('run', '--rm', '--network', 'none', '-v', `${volume}:/orchestra/git`, '-v', `${repo}/.git/objects:${repo}/.git/objects:ro`, '--entrypoint', 'sh', agentImage, '-euc', script)

beforeAll(async () => {
  execFileSync('git', ['init', '-q', '-b', 'main', repo])
  git('commit', '-q', '--allow-empty', '-m', 'Start')
  base = git('rev-parse', 'HEAD') as Sha
  docker('volume', 'create', '--label', `dev.orchestra.install=${install}`, '--label', 'dev.orchestra.session=gone', volume)
  tip = asAgent(`git init -q --bare /orchestra/git && cd /orchestra/git && echo ${repo}/.git/objects >objects/info/alternates
    c=$(git -c user.name=a -c user.email=a@b commit-tree -p ${base} -m 'Not imported yet' "$(git mktree </dev/null)") && git update-ref refs/heads/gone $c && git symbolic-ref HEAD refs/heads/gone && echo $c`)
  const config: Config = { install, projectDir: repo, home: join(dir, 'home'), agentImage, hostCa: null, stateDir: join(dir, 'state'), socket, dockerSocket: '/var/run/docker.sock', owner: { uid: 0, gid: 0 }, buildArgs: {}, registries: [], crashpoints: null, agentCrashpoints: false }
  const engine = connectEngine(config.dockerSocket)
  server = createRpc({ config, engine, ledger: openLedger(config.stateDir), prepare: createPrepare(config, engine), builds: createBuilds() })
  await listenAs(server, socket, config.owner)
})

const helperGone = () => vi.waitFor(() => { expect(docker('ps', '-aq', '--filter', `label=dev.orchestra.install=${install}`)).toBe('') }, 10_000)

afterAll(async () => {
  await helperGone()
  server.close()
  server.closeAllConnections()
  for (const name of docker('volume', 'ls', '-q').split('\n').filter((v) => v.startsWith(install))) docker('volume', 'rm', name)
  for (const tag of docker('images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').filter((t) => t.startsWith(install))) docker('rmi', '-f', tag)
  rmSync(dir, { recursive: true })
})

it('the commits come as a pack against what is known, and the helper is gone', async () => {
  const rescued = await runtime.rescue({ project, session: 'gone' as SessionId, known: [base] })
  if (!rescued.ok) throw new Error(rescued.problem.message + rescued.problem.detail)
  expect(rescued.value.tip).toBe(tip)
  const pack = await buffer(rescued.value.pack)
  execFileSync('git', ['-C', repo, 'index-pack', '--stdin', '--fix-thin', '--strict'], { input: pack, stdio: ['pipe', 'ignore', 'pipe'] })
  expect(git('log', '-1', '--format=%s', tip)).toBe('Not imported yet')
  await helperGone()
})

it('uncommitted work comes as a snapshot, from the worktree as it is', async () => {
  const worktree = join(dir, 'home/worktrees/shop/gone')
  execFileSync('sh', ['-euc', `mkdir -p ${worktree}/node && echo half >${worktree}/half.txt && echo 'gitdir: nowhere' >${worktree}/.git && git init -q ${worktree}/node/nested && touch ${worktree}/node/nested/x`])
  const rescued = await runtime.rescueSnapshot({ project, session: 'gone' as SessionId, known: [base] })
  if (!rescued.ok) throw new Error(rescued.problem.message + rescued.problem.detail)
  expect(rescued.value.head).toBe(tip)
  const pack = await buffer(rescued.value.pack)
  execFileSync('git', ['-C', repo, 'index-pack', '--stdin', '--fix-thin', '--strict'], { input: pack, stdio: ['pipe', 'ignore', 'pipe'] })
  expect(git('ls-tree', '-r', '--name-only', rescued.value.sha).split('\n')).toContain('half.txt')
  expect(git('rev-parse', `${rescued.value.sha}^`)).toBe(tip)
  await helperGone()
})

it('a gitdir whose configuration runs code reaches nothing', async () => {
  asAgent('cd /orchestra/git && git config core.fsmonitor "touch /orchestra/git/pwned" && git config alias.rev-parse "!touch /orchestra/git/pwned"')
  expect(await runtime.rescue({ project, session: 'gone' as SessionId, known: [base] })).toMatchObject({ ok: true, value: { tip } })
  expect(asAgent('ls /orchestra/git')).not.toContain('pwned')
})

it('a gitdir with nothing to read is a problem, not a hang', async () => {
  asAgent('echo garbage >/orchestra/git/HEAD')
  expect(await runtime.rescue({ project, session: 'gone' as SessionId, known: [base] })).toMatchObject({ ok: false, problem: { code: 'git_failed' } })
  expect(await runtime.rescue({ project, session: 'never' as SessionId, known: [] })).toMatchObject({ ok: false, problem: { code: 'session_unknown' } })
})

it('volumes are removed right behind a rescue, whose helper still holds them', async () => {
  asAgent('echo "ref: refs/heads/gone" >/orchestra/git/HEAD')
  const rescued = await runtime.rescue({ project, session: 'gone' as SessionId, known: [base] })
  if (!rescued.ok) throw new Error(rescued.problem.message + rescued.problem.detail)
  rescued.value.pack.resume()
  expect(await runtime.remove('gone' as SessionId, true)).toMatchObject({ ok: true })
  expect(docker('volume', 'ls', '-q', '--filter', `name=${volume}`)).toBe('')
})
