/** A stack of a scenario's own: a repository made from its seed, a state folder, a port, and `./orchestra up` with the scripted model. */
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Scenario } from './scenario.ts'
import { run, runTyped } from './shell.ts'
import type { Outcome, Who } from './shell.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** A first run builds the images. */
const UP_MS = 30 * 60_000
const DOWN_MS = 3 * 60_000
/** A project of root's is the exception: scenarios run as an ordinary person's. */
const PERSON = { uid: 1000, gid: 1000 }

export type Stack = {
  project: string
  /** ORCHESTRA_HOME. */
  home: string
  /** The installation's name: compose project, label and prefix of all that is its. */
  install: string
  /** `./orchestra ARGS`, in this stack's environment. */
  orchestra: (args: string[], deadlineMs?: number) => Promise<Outcome>
  link: string
  shell: (script: string, o: { as: 'owner' | 'caller'; deadlineMs: number }) => Promise<Outcome>
  sql: (query: string) => Promise<Outcome>
  /** In the project, as whoever started the run, on a terminal. */
  terminal: (command: string, typed: { at: string; text: string }[], deadlineMs: number) => Promise<Outcome>
  restart: () => Promise<void>
  reboot: () => Promise<void>
  logs: () => Promise<string>
  remove: () => Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((done, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })

const must = (what: string, { code, output }: Outcome): string => {
  if (code !== 0) throw new Error(`${what} failed (exit ${code}):\n${output.slice(-6000)}`)
  return output
}

/** Owned by `who` all the way down. */
const give = (path: string, who: Who): void => {
  if (who === null) return
  chownSync(path, who.uid, who.gid)
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) give(join(path, entry.name), who)
}

const makeRepository = async (scenario: Scenario, project: string, env: NodeJS.ProcessEnv, who: Who): Promise<void> => {
  mkdirSync(project)
  if (existsSync(join(scenario.dir, 'seed'))) cpSync(join(scenario.dir, 'seed'), project, { recursive: true })
  give(project, who)
  const script = `set -eu
git init -q -b main
git config user.name "Ada Example"
git config user.email ada@example.com
${scenario.seed ?? ''}
git add -A
git commit -q -m "Start" || test -n "$(git log -1 --format=%H)"`
  must('the seed', await run('sh', ['-c', script], { cwd: project, env, who, deadlineMs: 60_000 }))
}

export type StackOptions = {
  /** Folder of a stack that was left standing: it is used as it is. */
  standing?: string
  /** ORCHESTRA_HOME, and so every worktree, on a file system of its own with so many MB. Needs root. */
  homeMb?: number
  /** The folder that takes repository and state in. */
  under?: string
}

export const startStack = async (scenario: Scenario, say: (line: string) => void, o: StackOptions = {}): Promise<Stack> => {
  const dir = o.standing ?? realpathSync(mkdtempSync(join(o.under ?? tmpdir(), `orchestra-e2e-${scenario.name}-`)))
  chmodSync(dir, 0o755)
  const who: Who = process.getuid?.() === 0 ? PERSON : null
  const home = join(dir, 'home')
  const mounted = join(home, '.orchestra')
  mkdirSync(mounted, { recursive: true })
  if (o.homeMb !== undefined && o.standing === undefined) {
    must('a file system for ORCHESTRA_HOME', await run('mount', ['-t', 'tmpfs', '-o', `size=${o.homeMb}m,nr_inodes=400000,mode=0755`, 'orchestra-home', mounted], { cwd: dir, env: process.env, deadlineMs: 10_000 }))
  }
  if (o.standing === undefined) give(home, who)
  const project = join(dir, 'bookshelf')
  const env: NodeJS.ProcessEnv = {
    ...process.env, ...scenario.env, HOME: home, ORCHESTRA_HOME: join(home, '.orchestra'), ORCHESTRA_ROOT: ROOT, ORCHESTRA_DEMO: '1', ORCHESTRA_DEMO_PACE: '0', ORCHESTRA_SCENARIO: resolve(scenario.dir),
    PROJECT: project, PATH: `${ROOT}:${process.env.PATH ?? ''}`, GIT_CONFIG_NOSYSTEM: '1',
  }
  if (o.standing === undefined) await makeRepository(scenario, project, env, who)
  const port = await freePort()
  const orchestra = (args: string[], deadlineMs: number) => run(join(ROOT, 'orchestra'), args, { cwd: dir, env, deadlineMs })
  const up = async (): Promise<string> => {
    const output = must('orchestra up', await (o.standing === undefined ? orchestra(['up', '--yes', '--port', String(port), project], UP_MS) : run(join(ROOT, 'orchestra'), ['link'], { cwd: project, env, deadlineMs: 60_000 })))
    const link = /https?:\/\/\S+#token=\S+/.exec(output)?.[0]
    if (link === undefined) throw new Error(`orchestra up printed no sign-in link:\n${output.slice(-3000)}`)
    return link
  }
  const remove = async (): Promise<void> => {
    const down = await orchestra(['down', '--purge', '--yes', project], DOWN_MS)
    if (down.code !== 0) say(down.output)
    if (o.homeMb !== undefined) await run('umount', [mounted], { cwd: '/', env: process.env, deadlineMs: 30_000 })
    rmSync(dir, { recursive: true, force: true })
  }
  // What the scenarios' scripts use: the one folder of worktrees, and this stack's name.
  const prelude = 'WORKTREES=$(echo "$ORCHESTRA_HOME"/worktrees/*); STACK=$(ls "$ORCHESTRA_HOME/installs"); cd "$PROJECT"\n'
  try {
    const link = await up()
    return {
      project,
      home: join(home, '.orchestra'),
      install: readdirSync(join(home, '.orchestra', 'installs'))[0] ?? '',
      orchestra: (args, deadlineMs = UP_MS) => orchestra(args, deadlineMs),
      link,
      shell: (script, o) => run('sh', ['-eu', '-c', prelude + script], { cwd: project, env, who: o.as === 'owner' ? who : null, deadlineMs: o.deadlineMs }),
      sql: (query) => run(join(ROOT, 'orchestra'), ['psql', '-At', '-c', query], { cwd: project, env, deadlineMs: 20_000 }),
      terminal: (command, typed, deadlineMs) => runTyped(command, typed, { cwd: project, env, deadlineMs }),
      restart: async () => {
        must('orchestra down', await orchestra(['down', project], DOWN_MS))
        await up()
      },
      reboot: async () => {
        // What a machine does that loses its power: every process is gone at once, nobody is asked.
        must('killing everything', await run('sh', ['-eu', '-c', `${prelude} for label in com.docker.compose.project dev.orchestra.install; do docker ps -q --filter "label=$label=$STACK"; done | sort -u | xargs docker kill >/dev/null`], { cwd: project, env, deadlineMs: 60_000 }))
        await up()
      },
      logs: async () => (await run('sh', ['-c', `for c in $(docker ps -aq --filter label=com.docker.compose.project=$(ls "$ORCHESTRA_HOME/installs")); do docker inspect -f '== {{.Name}} {{.State.Status}}' $c; docker logs --tail 80 $c; done`], { cwd: dir, env, deadlineMs: 30_000 })).output,
      remove,
    }
  } catch (e) {
    await remove()
    throw e
  }
}
