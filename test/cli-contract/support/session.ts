/** A session's container as the spawner makes one, from the agent image, with a test in place of the relay. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Sha, link } from '@orchestra/contracts'
import { TestRelay } from './relay.ts'

const exec = promisify(execFile)
export const image = process.env['ORCHESTRA_AGENT_IMAGE'] ?? 'orchestra-agent:local'
/** An owner that is not root, when the tests run as root. */
const uid = process.getuid?.() === 0 ? 1000 : (process.getuid?.() ?? 1000)

/** In the container's shell: the CLI's process. */
export const cliPid = '$(tmux -S /tmp/orchestra/tmux.sock display -p -t =cli: "#{pane_pid}")'

export type SessionOptions = Partial<Pick<link.Seed, 'role' | 'brief' | 'permissionMode' | 'setupCommand' | 'setupRun' | 'run'>> & { root?: boolean; files?: Record<string, string> }

export class Session {
  readonly dir: string
  readonly relay: TestRelay
  readonly name = `orchestra-test-agent-${randomUUID().slice(0, 8)}`
  readonly conversation = randomUUID()
  readonly options: SessionOptions
  base = ''

  private constructor(dir: string, options: SessionOptions) {
    this.dir = dir
    this.options = options
    this.relay = new TestRelay(join(dir, 'sock/relay.sock'))
  }

  static async create(options: SessionOptions = {}): Promise<Session> {
    const session = new Session(await mkdtemp(join(tmpdir(), 'orchestra-contract-')), options)
    await session.#layOut()
    await session.relay.open()
    return session
  }

  /** Runs the container; `decide` and `answer` of the relay should stand before. */
  async start(): Promise<void> {
    const user = this.options.root === true ? 0 : uid
    const mount = (source: string, target: string, ro = false) => ['--mount', `type=bind,source=${join(this.dir, source)},target=${target}${ro ? ',readonly' : ''}`]
    await exec('docker', [
      'run', '-d', '--name', this.name, '--init', '--network', 'none', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--memory', '2g',
      '--user', `${user}:${user}`, '--tmpfs', `/tmp:rw,exec,mode=1777`, '--tmpfs', `/var/lib/extrausers:rw,mode=0755,uid=${user},gid=${user}`, '-e', 'HOME=/home/agent',
      ...(user === 0 ? ['-e', 'IS_SANDBOX=1'] : []),
      ...mount('ws', '/workspace'), ...mount('gitfile', '/workspace/.git', true), ...mount('git', '/orchestra/git'), ...mount('home', '/home/agent'), ...mount('sock', '/run/orchestra', true),
      ...mount('seed', '/run/orchestra-seed', true), '--mount', `type=bind,source=${this.dir}/repo/.git/objects,target=${this.dir}/repo/.git/objects,readonly`,
      // agentd of this clone over the image's, built by `npm run build -w images/agent/agentd`: a change is tried without a new image.
      ...(process.env['ORCHESTRA_TEST_SOURCES'] === undefined ? [] : [['images/agent/agentd/dist', 'agentd'], ['images/agent/profiles', 'profiles']].flatMap(([from, to]) => ['--mount', `type=bind,source=${join(import.meta.dirname, '../../..', from ?? '')},target=/opt/orchestra/${to},readonly`])),
      image,
    ])
    await this.writeSeed()
  }

  async writeSeed(): Promise<void> {
    const o = this.options
    const sha = Sha.parse(this.base)
    const seed: link.Seed = link.Seed.parse({
      protocol: link.AGENT_PROTOCOL, session: 'feature', role: o.role ?? 'executor', title: 'Feature', project: 'demo', profile: 'claude', permissionMode: o.permissionMode ?? 'bypass',
      conversation: this.conversation, resume: false, brief: o.brief === undefined ? 'Do the task.' : o.brief, setupCommand: o.setupCommand ?? null, setupRun: o.setupRun ?? null, run: o.run ?? null, paired: false,
      git: { objects: `${this.dir}/repo/.git/objects`, branch: 'feature', base: sha, tip: sha, config: [['core.filemode', 'true']], excludes: '', refs: {}, hasIndex: false, authorName: 'Ada', authorEmail: 'ada@example.org' },
    })
    await writeFile(join(this.dir, 'seed/seed.new'), JSON.stringify(seed))
    await rename(join(this.dir, 'seed/seed.new'), join(this.dir, 'seed/seed.json'))
  }

  /** A command of the host's own git in the repository. */
  async host(...args: string[]): Promise<string> {
    return (await exec('git', ['-c', 'safe.directory=*', '-c', 'user.name=Person', '-c', 'user.email=person@example.org', '-C', join(this.dir, 'repo'), ...args])).stdout.trim()
  }

  /** A shell command in the container, as the agent. */
  async sh(command: string): Promise<string> {
    return (await exec('docker', ['exec', this.name, 'bash', '-c', command])).stdout.trim()
  }

  /** What the CLI's terminal shows. */
  screen(): Promise<string> {
    return this.sh('tmux -S /tmp/orchestra/tmux.sock capture-pane -p -J -t =cli:')
  }

  type(...keys: string[]): Promise<string> {
    return this.sh(`tmux -S /tmp/orchestra/tmux.sock send-keys -t =cli: ${keys.map((k) => `'${k}'`).join(' ')}`)
  }

  /** The CLI dies without warning. */
  killCli(): Promise<string> {
    return this.sh(`kill -KILL ${cliPid}`)
  }

  /** Empty until the CLI has made it. */
  transcript(): Promise<string> {
    return readFile(join(this.dir, `home/.claude/projects/-workspace/${this.conversation}.jsonl`), 'utf8').catch(() => '')
  }

  /** Hands a message over and resolves with its id when its receipt is there. */
  async deliver(text: string, voice: link.Delivery['voice'] = 'session'): Promise<string> {
    const message = this.send(text, voice)
    await this.relay.frame('receipt', (f) => f.state === 'delivered' && f.messages.some((m) => m === message))
    return message
  }

  send(text: string, voice: link.Delivery['voice'] = 'session'): string {
    const message = randomUUID()
    this.relay.send({ type: 'deliver', deliveries: [link.Delivery.parse({ message, voice, text })] })
    return message
  }

  /** Exit code, when the container has ended. */
  async ended(): Promise<number> {
    return Number((await exec('docker', ['wait', this.name])).stdout.trim())
  }

  /** The container and all that runs in it is gone at once, and started again with what is on its volumes. Resolves when its link is up. */
  async revive(): Promise<void> {
    const links = () => this.relay.frames.filter((f) => f.type === 'hello').length
    const before = links()
    await exec('docker', ['kill', this.name])
    await exec('docker', ['start', this.name])
    await this.relay.until('the new link', () => links() > before)
  }

  /** As the spawner stops a session. */
  async terminate(): Promise<void> {
    await exec('docker', ['stop', '-t', '10', this.name])
  }

  async stop(): Promise<void> {
    if (process.env['ORCHESTRA_TEST_LOGS'] !== undefined) process.stdout.write((await exec('docker', ['logs', this.name])).stdout)
    await exec('docker', ['rm', '-f', this.name])
    await this.relay.close()
    await rm(this.dir, { recursive: true, force: true })
  }

  async #layOut(): Promise<void> {
    for (const sub of ['ws', 'git', 'home', 'sock', 'seed', 'repo']) await mkdir(join(this.dir, sub))
    await writeFile(join(this.dir, 'gitfile'), 'gitdir: /orchestra/git\n')
    await this.host('init', '-q', '-b', 'main')
    const files = { 'readme.md': 'hello\n', '.gitignore': 'ignored\n', ...this.options.files }
    for (const [path, text] of Object.entries(files)) {
      for (const at of ['repo', 'ws']) {
        await mkdir(join(this.dir, at, path, '..'), { recursive: true })
        await writeFile(join(this.dir, at, path), text)
      }
    }
    await writeFile(join(this.dir, 'ws/.git'), '')
    await this.host('add', '-A')
    await this.host('commit', '-q', '-m', 'first')
    this.base = await this.host('rev-parse', 'HEAD')
    this.relay.store = join(this.dir, 'repo')
    if (this.options.root !== true && process.getuid?.() === 0) await exec('chown', ['-R', `${uid}:${uid}`, this.dir])
    await chown(this.dir, this.options.root === true ? 0 : uid, -1)
  }
}
