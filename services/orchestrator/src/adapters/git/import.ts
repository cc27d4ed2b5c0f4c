/** Takes an agent's commits: untrusted bytes in, a branch that moved by compare-and-swap out. */
import type { Readable } from 'node:stream'
import { limits, type Sha } from '@orchestra/contracts'
import type { ImportOutcome, WorktreeSpec } from '../../ports/repository.ts'
import { rawOf, records, type Raw } from './bytes.ts'
import type { Context } from './context.ts'
import { openOperation, readHead, recordOf, type WorktreeRecord } from './heads.ts'
import { inTreeHooks } from './hooks.ts'
import { carryIndex, withIndex } from './index-file.ts'
import { discard, ingest, inspect, type Judged, migrate, NotNow, type Quarantine } from './quarantine.ts'
import { GITLINK } from './raw-diff.ts'
import { prepareRefs, type RefMove } from './ref-transaction.ts'
import { atticRef, isAncestor, pinRef, readRefs, updateRefs } from './refs.ts'

export const importCommits = (c: Context, spec: WorktreeSpec, pack: Readable, tip: Sha, carried: string[]): Promise<ImportOutcome> =>
  c.locks(`worktree ${spec.path}`, async () => {
    const ready = await readiness(c, spec)
    if ('waiting' in ready) {
      pack.resume()
      return { kind: 'waiting', reason: ready.waiting }
    }
    const place = c.place()
    const taken = await ingest(c, { store: place.objects, pack, maxBytes: limits.pack }).catch((e: unknown) => {
      if (!(e instanceof NotNow)) throw e
      pack.resume()
      return { kind: 'waiting', reason: e.message } as const
    })
    if (taken.kind !== 'ok') return taken
    const judged = await check(c, taken.q, tip, ready.tip, carried)
    if (judged.kind !== 'passed') {
      await discard(taken.q)
      return { kind: 'rejected', reason: judged.kind === 'disconnected' ? 'the pack lacks objects that its commits need' : judged.reason }
    }
    const { release } = await migrate(c, taken.q)
    try {
      return await advance(c, spec, ready, tip, judged)
    } finally {
      await release()
    }
  })

type Ready = {
  record: WorktreeRecord
  /** Where the branch stands. */
  tip: Sha
  /** Newest commit that an import put on the branch; null before the first. */
  imported: Sha | null
  /** Newest commit of a person's that an import went on from. */
  persons: Sha | null
}

/** From the repository's files alone: nothing is open there and HEAD is on the branch. */
const obstacle = (spec: WorktreeSpec, record: WorktreeRecord): string | null => {
  const open = openOperation(record.gitDir)
  if (open) return `a ${open} is open in the worktree on the host`
  const head = readHead(record.gitDir)
  return head.branch === spec.branch ? null : `the worktree on the host is on ${head.branch ?? 'a detached HEAD'}, not on ${spec.branch}`
}

const readiness = async (c: Context, spec: WorktreeSpec): Promise<Ready | { waiting: string }> => {
  const record = recordOf(c.place(), spec.path)
  if (!record) return { waiting: 'the worktree is gone on the host' }
  const waiting = obstacle(spec, record)
  if (waiting) return { waiting }
  const [branch, tipPin, hostPin] = [`refs/heads/${spec.branch}`, pinRef(`${spec.session}/tip`), pinRef(`${spec.session}/host`)]
  const refs = await readRefs(c, [branch, tipPin, hostPin])
  const tip = refs.get(branch)
  return tip ? { record, tip, imported: refs.get(tipPin) ?? null, persons: refs.get(hostPin) ?? null } : { waiting: `the branch ${spec.branch} is gone on the host` }
}

const check = async (c: Context, q: Quarantine, tip: Sha, hostTip: Sha, carried: string[]): Promise<Judged> => {
  const [type, links, who] = await Promise.all([c.git(['cat-file', '-t', tip], { objects: q.dir, expect: 'any' }), gitlinks(c, hostTip), c.identity()])
  if (type.code !== 0) return { kind: 'rejected', reason: 'the pack does not bring the commit that it was said to bring' }
  if (type.stdout.toString('latin1').trim() !== 'commit') return { kind: 'rejected', reason: 'what should be a commit is something else' }
  return inspect(c, q, tip, 'all refs', { links, carried: new Set(carried.map(rawOf)), hooksPath: inTreeHooks(c.place(), who), unpacked: { file: limits.unpackedFile, all: limits.unpacked } })
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

const advance = async (c: Context, spec: WorktreeSpec, host: Ready, tip: Sha, passed: { commits: Sha[]; flags: string[] }, tries = TRIES): Promise<ImportOutcome> => {
  if (host.tip === tip) return { kind: 'nothing', tip }
  const forward = await isAncestor(c, host.tip, tip)
  if (!forward && (await isAncestor(c, tip, host.tip))) return { kind: 'nothing', tip: host.tip }
  // The person's own commits: the branch stands where no import left it, or an import once went on from such a commit.
  const personsTip = host.tip !== (host.imported ?? spec.base)
  if (!forward && (personsTip || (host.persons !== null && !(await isAncestor(c, host.persons, tip))))) {
    await updateRefs(c, [{ ref: atticRef(spec.session, tip), to: tip }])
    return { kind: 'diverged', tip: host.tip, pinned: tip }
  }
  const moves: RefMove[] = [
    { ref: `refs/heads/${spec.branch}`, to: tip, from: host.tip }, { ref: pinRef(`${spec.session}/tip`), to: tip },
    ...(forward ? [] : [{ ref: atticRef(spec.session, host.tip), to: host.tip }]),
    ...(forward && personsTip ? [{ ref: pinRef(`${spec.session}/host`), to: host.tip }] : []),
  ]
  const moved = await withIndex(host.record.gitDir, async (held) => {
    const at = { gitDir: host.record.gitDir, index: held.file }
    // Again under the lock: the person may have begun something since.
    const waiting = obstacle(spec, host.record)
    if (waiting) return waiting
    const refs = await prepareRefs(c, moves, host.record.gitDir)
    if (!refs) return MOVED
    try {
      if (!(await carryIndex(c, at, host.tip, tip))) {
        await refs.abort()
        return 'the worktree on the host has unmerged files'
      }
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
  if (moved === 'done') return { kind: 'imported', tip, commits: passed.commits.length, flags: passed.flags, pinned: forward ? null : host.tip }
  const now = moved === MOVED && tries > 1 ? await readiness(c, spec) : null
  if (now && 'tip' in now && now.tip !== host.tip) return advance(c, spec, now, tip, passed, tries - 1)
  return { kind: 'waiting', reason: moved ?? 'another git holds the index of the worktree on the host' }
}
