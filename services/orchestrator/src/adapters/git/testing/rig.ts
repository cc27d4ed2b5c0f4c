/** For tests: a real repository, its adapter, a person with plain git, and an agent with a private gitdir over the same work tree. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { type ProjectId, SessionId, Sha } from '@orchestra/contracts'
import type { Repository, WorktreeSpec } from '../../../ports/repository.ts'
import { alternateLine } from '../bytes.ts'
import { createRepository, type RepositoryOptions } from '../index.ts'

export type Shell = {
  dir: string
  git: (...args: string[]) => string
  gitBytes: (args: string[], input?: Buffer) => Buffer
  /** Exit code and output, for what may fail. */
  try: (...args: string[]) => { code: number; out: string }
}

export const shell = (dir: string, env: Record<string, string> = {}, home = '/nonexistent'): Shell => {
  const all = { PATH: process.env['PATH'] ?? '', HOME: home, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', ...env }
  const gitBytes = (args: string[], input?: Buffer): Buffer => execFileSync('git', args, { cwd: dir, env: all, input, maxBuffer: 1 << 30, stdio: ['pipe', 'pipe', 'pipe'] })
  return {
    dir, gitBytes,
    git: (...args) => gitBytes(args).toString('utf8').trimEnd(),
    try: (...args) => {
      try {
        return { code: 0, out: gitBytes(args).toString('utf8') }
      } catch (e) {
        const err = e as { status?: number; stderr?: Buffer; stdout?: Buffer }
        return { code: err.status ?? 1, out: `${err.stdout?.toString() ?? ''}${err.stderr?.toString() ?? ''}` }
      }
    },
  }
}

export type Rig = {
  root: string
  home: string
  project: string
  person: Shell
  repo: Repository
  options: RepositoryOptions
  /** A second adapter on the same folders, as after a restart. */
  again: (more?: Partial<RepositoryOptions>) => Repository
  write: (path: string, text: string | Buffer) => void
  commit: (files: Record<string, string>, message?: string) => Sha
  session: (name: string, from?: string) => Promise<Twin>
  remove: () => void
}

export const put = (top: string, path: string, content: string | Buffer): void => {
  mkdirSync(dirname(join(top, path)), { recursive: true })
  writeFileSync(join(top, path), content)
}

export const makeRig = (files: Record<string, string> = { 'README.md': 'hello\n', 'src/a.txt': 'one\ntwo\nthree\n', 'src/b.txt': 'b\n' }, name = 'project'): Rig => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'orchestra-git-')))
  const project = join(root, name)
  const home = join(root, 'home')
  mkdirSync(project)
  mkdirSync(home)
  writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Pat Person\n\temail = pat@example.test\n[init]\n\tdefaultBranch = main\n')
  const person = shell(project, {}, home)
  person.git('init', '-q')
  for (const [p, t] of Object.entries(files)) put(project, p, t)
  person.git('add', '-A')
  person.git('commit', '-qm', 'first', '--allow-empty')
  const options: RepositoryOptions = { projectDir: project, home, project: 'project-1' as ProjectId, stateDir: join(root, 'state'), mirrorDir: join(root, 'mirror') }
  const repo = createRepository(options)
  const rig: Rig = {
    root, home, project, person, repo, options,
    again: (more = {}) => createRepository({ ...options, ...more }),
    write: (path, content) => put(project, path, content),
    commit: (changed, message = 'change') => {
      for (const [p, t] of Object.entries(changed)) put(project, p, t)
      person.git('add', '--', ...Object.keys(changed))
      person.git('commit', '-qm', message)
      return Sha.parse(person.git('rev-parse', 'HEAD'))
    },
    session: (id, from = 'HEAD') => makeTwin(rig, id, from),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
  return rig
}

export type Twin = {
  spec: WorktreeSpec
  /** The agent's git: private gitdir, the shared work tree. */
  agent: Shell
  /** The person's git in the same folder on the host. */
  host: Shell
  write: (path: string, content: string | Buffer) => void
  /** Everything in the work tree as a commit of the agent's. */
  commit: (files?: Record<string, string>, message?: string) => Sha
  pack: (tip: string, have?: string[]) => Readable
  import: (tip?: Sha, carried?: string[]) => ReturnType<Repository['importCommits']>
  snapshot: () => Promise<{ sha: Sha; outcome: Awaited<ReturnType<Repository['importSnapshot']>> }>
}

export const must = <T>(r: { ok: true; value: T } | { ok: false; problem: { message: string; detail?: string } }): T => {
  if (!r.ok) throw new Error(`${r.problem.message} ${r.problem.detail ?? ''}`)
  return r.value
}

const makeTwin = async (rig: Rig, id: string, from: string): Promise<Twin> => {
  const session = SessionId.parse(id)
  const base = await rig.repo.resolve(from)
  if (!base) throw new Error(`no ${from}`)
  const spec: WorktreeSpec = { session, branch: id, base, path: join(rig.root, 'worktrees', id) }
  must(await rig.repo.addWorktree(spec))
  must(await rig.repo.fillWorktree(spec, []))
  const seed = await rig.repo.seedGit(session)
  const gitDir = join(rig.root, `private-${id}`)
  execFileSync('git', ['init', '-q', '--bare', '--template=', gitDir], { env: { PATH: process.env['PATH'] ?? '', HOME: rig.home } })
  mkdirSync(join(gitDir, 'objects/info'), { recursive: true })
  writeFileSync(join(gitDir, 'objects/info/alternates'), alternateLine(seed.objects))
  writeFileSync(join(gitDir, 'HEAD'), `ref: refs/heads/${id}\n`)
  const agent = shell(spec.path, { GIT_DIR: gitDir, GIT_WORK_TREE: spec.path, GIT_AUTHOR_NAME: seed.authorName, GIT_AUTHOR_EMAIL: seed.authorEmail, GIT_COMMITTER_NAME: seed.authorName, GIT_COMMITTER_EMAIL: seed.authorEmail })
  agent.git('update-ref', `refs/heads/${id}`, base)
  mkdirSync(join(gitDir, 'info'), { recursive: true })
  writeFileSync(join(gitDir, 'info/exclude'), `${seed.excludes}\n.git\n`)
  const index = await rig.repo.worktreeIndex(spec.path)
  if (index) writeFileSync(join(gitDir, 'index'), index)
  const pack = (tip: string, have: string[] = [base]): Readable =>
    Readable.from([agent.gitBytes(['pack-objects', '--revs', '--thin', '--stdout', '-q'], Buffer.from([tip, ...have.map((h) => `^${h}`), ''].join('\n')))])
  return {
    spec, agent, pack,
    host: shell(spec.path, {}, rig.home),
    write: (path, content) => put(spec.path, path, content),
    commit: (files = {}, message = 'work') => {
      for (const [p, t] of Object.entries(files)) put(spec.path, p, t)
      agent.git('add', '-A')
      agent.git('commit', '-qm', message)
      return Sha.parse(agent.git('rev-parse', 'HEAD'))
    },
    import: (tip = Sha.parse(agent.git('rev-parse', 'HEAD')), carried = []) => rig.repo.importCommits(spec, pack(tip), tip, carried),
    snapshot: async () => {
      const index2 = join(gitDir, 'snapshot-index')
      const own = shell(spec.path, { GIT_DIR: gitDir, GIT_WORK_TREE: spec.path, GIT_INDEX_FILE: index2, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' })
      own.git('read-tree', 'HEAD')
      own.git('add', '-A')
      const head = Sha.parse(own.git('rev-parse', 'HEAD'))
      const sha = Sha.parse(own.git('commit-tree', own.git('write-tree'), '-p', head, '-m', 'snapshot'))
      return { sha, outcome: await rig.repo.importSnapshot(session, pack(sha), sha, head) }
    },
  }
}
