/**
 * For `orchestra remove`, with the services stopped but for the spawner. `list` says what is there and changes nothing; `go FILE`
 * brings home what was not imported, writes what no branch keeps into FILE, and takes worktrees and refs of ours away. It may be
 * repeated. One line a fact on standard output; a line `keep SESSION: why` names a session whose volumes must stay.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { servicePaths, SessionId, worktreePath } from '@orchestra/contracts'
import type { Sha } from '@orchestra/contracts'
import { createRepository } from './adapters/git/index.ts'
import { createLeaving } from './adapters/git/leaving.ts'
import type { OwnWorktree } from './adapters/git/leave.ts'
import { createRuntime } from './adapters/spawner/index.ts'
import { place } from './config.ts'

const { projectDir, project, home } = place()
const options = { projectDir, home: dirname(home), personGit: join(home, 'git'), project: project, stateDir: join(servicePaths.state, 'git'), mirrorDir: servicePaths.mirror }
const parent = dirname(worktreePath(home, project, 'any'))
const say = (line: string): void => console.log(line)
const leaving = createLeaving(options)

const many = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`

const list = async (): Promise<void> => {
  for (const w of await leaving.worktrees(parent)) {
    const branch = w.branch ? `its branch ${w.branch} stays${w.unmerged ? `, with ${many(w.unmerged, 'commit')} that ${w.unmerged === 1 ? 'is' : 'are'} not merged` : ''}` : 'HEAD is detached; its commits go into the bundle'
    say(`worktree ${w.path}: ${w.open ? `a ${w.open} is open there, so it is left; ` : 'removed, uncommitted work goes into the bundle; '}${branch}`)
  }
}

/** True: all that the session had is in the repository or in its snapshot store. */
const bringHome = async (w: OwnWorktree, session: SessionId): Promise<boolean> => {
  const repository = createRepository(options)
  const runtime = createRuntime({ socket: servicePaths.spawnerSocket })
  const base = await leaving.base(w.session)
  const tip = w.branch ? await repository.branchTip(w.branch) : null
  const known = [base, tip].filter((sha): sha is Sha => sha !== null)
  const commits = await runtime.rescue({ project: project, session, known })
  if (!commits.ok) {
    if (commits.problem.code !== 'session_unknown') say(`keep ${session}: its commits could not be read (${commits.problem.message})`)
    return commits.problem.code === 'session_unknown'
  }
  if (known.includes(commits.value.tip)) commits.value.pack.resume()
  else if (!(await importOrPin(session, w, base, commits.value))) { say(`keep ${session}: its last commits were refused`); return false }
  if (!existsSync(w.path)) return true
  const now = await runtime.rescueSnapshot({ project: project, session, known })
  if (!now.ok) { say(`left ${w.path}: its uncommitted files could not be read (${now.problem.message})`); return false }
  const taken = await repository.importSnapshot(session, now.value.pack, now.value.sha, now.value.head)
  if (taken.kind === 'imported' || taken.kind === 'nothing') return true
  say(`left ${w.path}: its uncommitted files could not be taken${'reason' in taken ? ` (${taken.reason})` : ''}`)
  return false
}

const importOrPin = async (session: SessionId, w: OwnWorktree, base: Sha | null, found: { tip: Sha; pack: NodeJS.ReadableStream }): Promise<boolean> => {
  const repository = createRepository(options)
  const runtime = createRuntime({ socket: servicePaths.spawnerSocket })
  if (w.branch && base && !w.open) {
    const outcome = await repository.importCommits({ session, branch: w.branch, base, path: w.path }, found.pack as never, found.tip, [])
    if (outcome.kind === 'imported') say(`imported ${session}: ${many(outcome.commits, 'commit')} on ${w.branch}`)
    if (outcome.kind === 'imported' || outcome.kind === 'nothing' || outcome.kind === 'diverged') return true
  } else found.pack.resume()
  const again = await runtime.rescue({ project: project, session, known: base ? [base] : [] })
  const pinned = again.ok && (await leaving.pinPack(session, again.value.pack, again.value.tip))
  if (pinned) say(`pinned ${session}: ${found.tip.slice(0, 12)}, which could not go on its branch`)
  return pinned
}

const go = async (file: string): Promise<void> => {
  const repository = createRepository(options)
  const safe: OwnWorktree[] = []
  for (const w of await leaving.worktrees(parent)) {
    const session = SessionId.safeParse(w.session)
    if (!session.success) { say(`left ${w.path}: not a session's`); continue }
    const complete = await bringHome(w, session.data)
    if (complete && w.open) say(`left ${w.path}: a ${w.open} is open there`)
    else if (complete) safe.push(w)
  }
  await mkdir(dirname(file), { recursive: true })
  const made = await leaving.bundle(file)
  say(made ? `bundle ${file}: ${made.refs.join(' ')}` : 'bundle none: the branches have it all')
  for (const w of safe) {
    const removed = await repository.removeWorktree({ session: SessionId.parse(w.session), path: w.path, branch: w.branch ?? '' })
    say(removed.ok ? `removed ${w.path}` : `left ${w.path}: ${removed.problem.message}`)
  }
  say(`refs ${await leaving.dropRefs()}`)
  const left = existsSync(parent) ? await readdir(parent) : []
  for (const name of left) if (!safe.some((w) => w.session === name)) say(`left ${join(parent, name)}`)
  if (existsSync(parent) && left.length === 0) await rmdir(parent)
}

const [what, file] = process.argv.slice(2)
if (what === 'list') await list()
else if (what === 'go' && file?.startsWith('/')) await go(file)
else throw new Error('leave.ts list | go FILE')
