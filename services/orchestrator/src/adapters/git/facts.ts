/** What the repository is, and whether agents can work on it. */
import { existsSync, readFileSync, accessSync, constants } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail, ok, problem, type Problem, type Result } from '@orchestra/contracts'
import type { Checkout, RepositoryFacts } from '../../ports/repository.ts'
import { records, type Raw, textOf } from './bytes.ts'
import { type Context, shaFrom } from './context.ts'
import { ownIndex, withExcludes } from './exclude.ts'
import { openOperation, readHead } from './heads.ts'
import { NoRepository, type Place } from './locate.ts'
import { gitlinks } from './import.ts'
import { branchTip, listBranches } from './refs.ts'

const unsupported = (message: string, next: string): { ok: false; problem: Problem } => fail(problem('unsupported_repository', message, { next }))

export const facts = async (c: Context): Promise<Result<RepositoryFacts>> => {
  let place: Place
  try {
    place = c.place()
  } catch (e) {
    if (e instanceof NoRepository) return unsupported(e.message, e.next)
    throw e
  }
  for (const path of [place.gitDir, place.common, place.objects]) {
    try {
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch {
      return unsupported(`${path} can't be written by this user.`, 'Give the folder to the user that owns the project, then start again.')
    }
  }
  const { config } = await c.identity()
  if ((config.get('extensions.objectformat') ?? 'sha1') !== 'sha1') return unsupported('The repository uses the sha256 object format.', 'Orchestra works with sha1 repositories.')
  if ((config.get('extensions.refstorage') ?? 'files') !== 'files') return unsupported('The repository keeps its refs in a reftable.', 'Convert it: `git refs migrate --ref-format=files`.')
  if (config.has('extensions.partialclone') || [...config].some(([k, v]) => /^remote\..*\.promisor$/.test(k) && v === 'true')) {
    return unsupported('The repository is a partial clone: some of its objects are only on its remote, where agents can\'t get them.', 'Fetch everything: `git fetch --refetch --no-filter`, then `git config --unset remote.origin.promisor`; or make a full clone.')
  }
  const tip = await shaFrom(c.git, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  if (!tip) return unsupported('The repository has no commit on its current branch yet.', 'Make a first commit: `git commit --allow-empty -m "First commit"`.')
  const submodules = [...(await gitlinks(c, tip))].map(textOf)
  const alternates = alternatesOf(place.objects)
  return ok({ top: place.top, gitDir: place.gitDir, objects: place.objects, alternates, submodules, warnings: await warningsOf(c, place, { head: tip, alternates, submodules, config }) })
}

/** Stores that this one borrows from, theirs included, as git follows them (five deep). */
export const alternatesOf = (objects: string, depth = 0): string[] => {
  const file = join(objects, 'info', 'alternates')
  if (depth > 5 || !existsSync(file)) return []
  const direct = readFileSync(file, 'utf8').split('\n').filter((l) => l !== '' && !l.startsWith('#')).map((l) => resolve(objects, unquoted(l)))
  return [...new Set(direct.flatMap((d) => [d, ...alternatesOf(d, depth + 1)]))]
}

const unquoted = (line: string): string =>
  line.startsWith('"') ? line.slice(1, -1).replace(/\\(.)/g, (_m, ch: string) => ({ n: '\n', t: '\t' })[ch] ?? ch) : line

const warningsOf = async (c: Context, place: Place, o: { head: string; alternates: string[]; submodules: string[]; config: Map<string, string> }): Promise<string[]> => {
  const w: string[] = []
  if (existsSync(join(place.common, 'shallow'))) w.push('This is a shallow clone: agents see only the history that is here, and a merge base may be missing.')
  const attributes = await c.git(['grep', '-I', '-q', '-e', 'filter=lfs', o.head, '--', '.gitattributes'], { expect: 'any' })
  if (attributes.code === 0 || o.config.has('filter.lfs.clean') && existsSync(join(place.common, 'lfs'))) w.push('Git LFS is in use: agents and merges see the pointer files. Run `git lfs pull` in your checkout after a merge that changes one.')
  if (o.submodules.length > 0) w.push(`Submodules (${o.submodules.slice(0, 5).join(', ')}) are empty folders for agents, and read-only.`)
  if (o.alternates.some((a) => !existsSync(a))) w.push(`The repository borrows objects from ${o.alternates.find((a) => !existsSync(a))}, which is not there.`)
  if (place.gitDir !== place.common) w.push('The project is a linked worktree of another checkout.')
  if (o.config.get('core.sparsecheckout') === 'true') w.push('The checkout is sparse: agents get all files.')
  if (readHead(place.gitDir).branch === null) w.push('HEAD is detached: name a target branch for every session.')
  return w
}

export const head = async (c: Context): Promise<Pick<Checkout, 'branch' | 'head' | 'busy'>> => {
  const { gitDir } = c.place()
  const { branch, sha } = readHead(gitDir)
  const tip = sha ?? (branch === null ? null : await branchTip(c, branch)) ?? await shaFrom(c.git, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  return { branch, head: tip, busy: openOperation(gitDir) }
}

export const checkout = async (c: Context): Promise<Checkout> => {
  const [at, dirty] = await Promise.all([head(c), dirtyPaths(c)])
  return { ...at, branches: listBranches(c), dirty: dirty.map(textOf) }
}

/** Paths that differ from HEAD or are untracked and not ignored, as `git status` has them. */
export const dirtyPaths = async (c: Context): Promise<Raw[]> => {
  const who = await c.identity()
  return withExcludes(c, who.excludes, async (file) => {
    const out = await c.git(['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=all'],
      { workTree: c.place().top, index: ownIndex(c), attributes: 'HEAD', settings: [['core.excludesFile', file]] })
    return records(out.stdout).map((r) => r.slice(3))
  })
}
