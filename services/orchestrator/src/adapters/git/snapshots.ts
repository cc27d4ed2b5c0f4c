/** A session's uncommitted work: snapshot commits in a bare store of ours, whose alternates are the repository's objects. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { limits, type SessionId, Sha } from '@orchestra/contracts'
import type { ImportOutcome } from '../../ports/repository.ts'
import { alternateLine } from './bytes.ts'
import type { Context } from './context.ts'
import { connected, discard, ingest, migrate } from './quarantine.ts'
import { judge } from './policy.ts'
import { parseRaw } from './raw-diff.ts'
import { refFromFiles } from './ref-files.ts'
import { listBranches, pinRef } from './refs.ts'

export type Snapshot = { sha: Sha; tree: Sha; head: Sha }
const NEWEST = 'refs/snapshots/newest'
const KEPT = 300
const ABSENT = 'the pack does not bring the snapshot that it was said to bring'
/** Imports after which a store's packs and loose objects become one pack. */
const REPACK_EVERY = 60

export type Snapshots = {
  import: (session: SessionId, pack: Readable, snapshot: Sha, head: Sha) => Promise<ImportOutcome>
  newest: (session: SessionId) => Promise<Snapshot | null>
}

export const createSnapshots = (c: Context): Snapshots => {
  const newest = new Map<SessionId, Snapshot>()
  const imports = new Map<SessionId, number>()

  const load = async (session: SessionId): Promise<Snapshot | null> => {
    const known = newest.get(session)
    if (known) return known
    const store = c.snapshotStore(session)
    if (!existsSync(join(store, 'HEAD'))) return null
    const out = await c.git(['log', '-1', '--no-show-signature', '--format=%H %T %P', NEWEST, '--'], { gitDir: store, expect: 'any' })
    const [sha, tree, head] = out.stdout.toString('latin1').trim().split(' ').map((w) => Sha.safeParse(w)).map((p) => (p.success ? p.data : null))
    if (out.code !== 0 || !sha || !tree || !head) return null
    const found = { sha, tree, head }
    newest.set(session, found)
    return found
  }

  return {
    newest: load,
    import: (session, pack, snapshot, head) => c.locks(`snapshots ${session}`, async () => {
      const store = openStore(c, session)
      const objects = join(store, 'objects')
      const taken = await ingest(c, { store: objects, gitDir: store, pack, maxBytes: limits.snapshotPack, durable: false })
      if (taken.kind !== 'ok') return taken
      const reject = async (reason: string): Promise<ImportOutcome> => {
        await discard(taken.q)
        return { kind: 'rejected', reason }
      }
      const at = { gitDir: store, objects: taken.q.dir }
      const known = await load(session)
      const [shown, whole] = await Promise.all([
        c.git(['log', '-1', '--no-show-signature', '--format=%T %P', '-z', '--raw', '-r', '--no-abbrev', '--no-renames', '--ignore-submodules=none', snapshot, '--'], { ...at, expect: 'any' }),
        connected(c, taken.q, snapshot, complete(c, session, known?.sha ?? null), store),
      ])
      if (whole === null) {
        const there = await c.git(['cat-file', '-e', `${snapshot}^{commit}`], { ...at, expect: 'any' })
        if (there.code !== 0) return reject(ABSENT)
        // A parent that was never imported (refused, diverged) is only in a full pack.
        await discard(taken.q)
        return { kind: 'need-full' }
      }
      const end = shown.stdout.indexOf(0)
      const [tree, parent, more] = shown.stdout.toString('latin1', 0, end < 0 ? undefined : end).trim().split(' ')
      if (shown.code !== 0 || !tree) return reject(ABSENT)
      if (parent !== head || more !== undefined) return reject('a snapshot has exactly one parent, the HEAD it was taken on')
      // A nested repository in uncommitted work is shown, not refused: nothing of a snapshot is ever checked out with its gitlinks.
      const judged = judge([{ commit: snapshot, changes: end < 0 ? [] : parseRaw(shown.stdout.subarray(end + 2)) }], new Set(), new Set(), null)
      const flags = judged.rejected === null ? judged.flags : ['nested-repository']
      // Kept as packs: `tidy` makes one of them now and then, and nobody waits for a write of single files.
      const { release } = await migrate(c, taken.q, { looseBelow: 0 })
      const found = { sha: snapshot, tree: Sha.parse(tree), head }
      writeRef(store, `refs/snapshots/at/${Date.now()}`, snapshot)
      writeRef(store, NEWEST, snapshot)
      await release()
      newest.set(session, found)
      const count = (imports.get(session) ?? 0) + 1
      imports.set(session, count)
      if (count % REPACK_EVERY === 0) await tidy(c, store)
      return { kind: 'imported', tip: snapshot, commits: 1, flags, pinned: null }
    }),
  }
}

/** Commits whose whole history the store sees: the newest that it holds, the repository's branches, the session's pins. */
const complete = (c: Context, session: SessionId, newest: Sha | null): Sha[] => {
  const refs = [...listBranches(c).map((branch) => `refs/heads/${branch}`), ...['base', 'tip', 'host'].map((name) => pinRef(`${session}/${name}`))]
  const tips = refs.map((ref) => refFromFiles(c.place(), ref)).filter((sha): sha is Sha => sha !== null && sha !== 'unclear')
  return [...new Set([...tips, ...(newest === null ? [] : [newest])])]
}

/** Our own store's refs are files that nobody else writes: put in place whole, under the session's lock. */
const writeRef = (store: string, ref: string, to: Sha): void => {
  const path = join(store, ref)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, `${to}\n`)
  renameSync(`${path}.new`, path)
}

export const openStore = (c: Context, session: SessionId): string => {
  const store = c.snapshotStore(session)
  openBare(c, store)
  return store
}

/** A bare repository of ours that sees the project's objects; its last file says that it is whole. */
export const openBare = (c: Context, dir: string): void => {
  const alternates = join(dir, 'objects', 'info', 'alternates')
  if (existsSync(alternates)) return
  for (const folder of ['objects/info', 'objects/pack', 'refs']) mkdirSync(join(dir, folder), { recursive: true })
  writeFileSync(join(dir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n')
  writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/none\n')
  writeFileSync(`${alternates}.new`, alternateLine(c.place().objects))
  renameSync(`${alternates}.new`, alternates)
}

/** Drops the oldest of the history and packs the rest; called under the session's lock. */
const tidy = async (c: Context, store: string): Promise<void> => {
  const refs = (await c.git(['for-each-ref', '--format=%(refname)', 'refs/snapshots/at'], { gitDir: store })).stdout.toString('latin1').split('\n').filter((l) => l !== '')
  const old = refs.slice(0, Math.max(0, refs.length - KEPT))
  if (old.length > 0) await c.git(['update-ref', '--no-deref', '--stdin'], { gitDir: store, input: old.map((r) => `delete ${r}\n`).join('') })
  await c.git(['repack', '-a', '-d', '-l', '-q', '-n'], { gitDir: store })
  await c.git(['prune', '--expire=now'], { gitDir: store })
}
