/** Takes an agent's commits: untrusted bytes in, a branch that moved by compare-and-swap out. */
import type { Readable } from 'node:stream'
import { limits, type Sha } from '@orchestra/contracts'
import type { ImportOutcome, WorktreeSpec } from '../../ports/repository.ts'
import { rawOf, records, type Raw } from './bytes.ts'
import type { Context } from './context.ts'
import { openOperation, readHead, recordOf, type WorktreeRecord } from './heads.ts'
import { inTreeHooks } from './hooks.ts'
import { carryIndex, unmergedPaths, withIndex } from './index-file.ts'
import { connected, discard, ingest, inspect, migrate, type Quarantine } from './quarantine.ts'
import { GITLINK } from './raw-diff.ts'
import { prepareRefs } from './ref-transaction.ts'
import { atticRef, branchTip, isAncestor, pinRef, refSha, updateRefs } from './refs.ts'

export const importCommits = (c: Context, spec: WorktreeSpec, pack: Readable, tip: Sha, carried: string[]): Promise<ImportOutcome> =>
  c.locks(`worktree ${spec.path}`, async () => {
    const ready = await readiness(c, spec)
    if ('waiting' in ready) {
      pack.resume()
      return { kind: 'waiting', reason: ready.waiting }
    }
    const place = c.place()
    const taken = await ingest(c, { store: place.objects, pack, maxBytes: limits.pack })
    if (taken.kind !== 'ok') return taken
    const verdict = await check(c, taken.q, tip, ready.tip, carried)
    if (typeof verdict === 'string') {
      await discard(taken.q)
      return { kind: 'rejected', reason: verdict }
    }
    const { release } = await migrate(c, taken.q)
    try {
      return await advance(c, spec, ready.record, ready.tip, tip, verdict)
    } finally {
      await release()
    }
  })

type Ready = { record: WorktreeRecord; tip: Sha } | { waiting: string }

const readiness = async (c: Context, spec: WorktreeSpec): Promise<Ready> => {
  const record = recordOf(c.place(), spec.path)
  if (!record) return { waiting: 'the worktree is gone on the host' }
  const open = openOperation(record.gitDir)
  if (open) return { waiting: `a ${open} is open in the worktree on the host` }
  const head = readHead(record.gitDir)
  if (head.branch !== spec.branch) return { waiting: `the worktree on the host is on ${head.branch ?? 'a detached HEAD'}, not on ${spec.branch}` }
  const tip = await branchTip(c, spec.branch)
  return tip ? { record, tip } : { waiting: `the branch ${spec.branch} is gone on the host` }
}

type Passed = { commits: Sha[]; flags: string[] }

const check = async (c: Context, q: Quarantine, tip: Sha, hostTip: Sha, carried: string[]): Promise<Passed | string> => {
  const type = await c.git(['cat-file', '-t', tip], { objects: q.dir, expect: 'any' })
  if (type.code !== 0) return 'the pack does not bring the commit that it was said to bring'
  if (type.stdout.toString('latin1').trim() !== 'commit') return 'what should be a commit is something else'
  if (!(await connected(c, q, tip, { known: 'all refs' }))) return 'the pack lacks objects that its commits need'
  const verdict = await inspect(c, q, tip, {
    known: 'all refs', links: await gitlinks(c, hostTip), carried: new Set(carried.map(rawOf)), hooksPath: inTreeHooks(c.place(), await c.identity()),
  })
  return verdict.rejected ?? verdict
}

/** Paths of submodules in a commit. */
export const gitlinks = async (c: Context, commit: string): Promise<Set<Raw>> => {
  const modules = await c.git(['cat-file', '-e', `${commit}:.gitmodules`], { expect: 'any' })
  // Without .gitmodules there is no submodule to speak of, and the walk over the whole tree is saved.
  const out = modules.code === 0 ? (await c.git(['ls-tree', '-r', '-z', commit])).stdout : Buffer.alloc(0)
  return new Set(records(out).filter((r) => r.startsWith(`${GITLINK} `)).map((r) => r.slice(r.indexOf('\t') + 1)))
}

const MOVED = 'the branch moved on the host at the same moment'
const TRIES = 3

const advance = async (c: Context, spec: WorktreeSpec, record: WorktreeRecord, hostTip: Sha, tip: Sha, passed: Passed, tries = TRIES): Promise<ImportOutcome> => {
  const tipPin = pinRef(`${spec.session}/tip`)
  const hostPin = pinRef(`${spec.session}/host`)
  if (hostTip === tip || (await isAncestor(c, tip, hostTip))) return { kind: 'nothing', tip: hostTip }
  const known = await refSha(c, tipPin)
  const person = await refSha(c, hostPin)
  const forward = await isAncestor(c, hostTip, tip)
  // Commits of the person's: the branch stands where no import left it, or an import once went on from such a commit.
  const dropsPersons = !forward && (hostTip !== (known ?? spec.base) || (person !== null && !(await isAncestor(c, person, tip))))
  if (dropsPersons) {
    await updateRefs(c, [{ ref: atticRef(spec.session, tip), to: tip }])
    return { kind: 'diverged', tip: hostTip, pinned: tip }
  }
  await updateRefs(c, [
    { ref: atticRef(spec.session, tip), to: tip },
    ...(forward ? [] : [{ ref: atticRef(spec.session, hostTip), to: hostTip }]),
    ...(forward && hostTip !== (known ?? spec.base) ? [{ ref: hostPin, to: hostTip }] : []),
  ])
  c.crash('import: pinned')
  const moved = await withIndex(record.gitDir, async (held) => {
    const at = { gitDir: record.gitDir, index: held.file }
    // Everything again under the lock: the person may have begun something since.
    const again = await readiness(c, spec)
    if ('waiting' in again) return again.waiting
    if (again.tip !== hostTip) return MOVED
    if ((await unmergedPaths(c, at)).length > 0) return 'the worktree on the host has unmerged files'
    const refs = await prepareRefs(c, [{ ref: `refs/heads/${spec.branch}`, to: tip, from: hostTip }], record.gitDir)
    if (!refs) return MOVED
    try {
      await carryIndex(c, at, hostTip, tip)
      c.crash('import: before the index')
      held.commit()
      c.crash('import: before the branch')
    } catch (e) {
      await refs.abort()
      throw e
    }
    await refs.commit()
    return 'done'
  })
  if (moved === 'done') {
    await settle(c, spec, tip)
    return { kind: 'imported', tip, commits: passed.commits.length, flags: passed.flags, pinned: forward ? null : hostTip }
  }
  const now = moved === MOVED ? await branchTip(c, spec.branch) : null
  if (now && now !== hostTip && tries > 1) return advance(c, spec, record, now, tip, passed, tries - 1)
  return { kind: 'waiting', reason: moved ?? 'another git holds the index of the worktree on the host' }
}

/** The tip has a branch and a pin of its own now: the entry that held it meanwhile goes. */
const settle = async (c: Context, spec: WorktreeSpec, tip: Sha): Promise<void> => {
  await updateRefs(c, [{ ref: pinRef(`${spec.session}/tip`), to: tip }])
  await c.git(['update-ref', '-d', '--no-deref', atticRef(spec.session, tip), tip])
}
