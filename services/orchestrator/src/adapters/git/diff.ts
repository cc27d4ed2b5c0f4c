/** Diffs, from objects alone: no work tree is read, no driver runs. */
import { Sha } from '@orchestra/contracts'
import type { DiffStat, DiffView, FileChange, SessionId } from '@orchestra/contracts'
import { records, textOf, type Raw } from './bytes.ts'
import { type Context, shaFrom, treeOf } from './context.ts'
import { flagsOf } from './policy.ts'
import { PATCH_PER_FILE, PATCH_TOTAL, splitPatches } from './patches.ts'
import { parseRaw, type RawChange, takeChange } from './raw-diff.ts'
import { openStore, type Snapshots } from './snapshots.ts'
import { Cut } from './spawn.ts'

const quiet = ['-r', '-z', '--no-ext-diff', '--no-textconv', '--no-abbrev', '--full-index', '-M', '-l400', '--ignore-submodules=none']
const letters: Record<string, FileChange['status']> = { A: 'added', M: 'modified', D: 'deleted', R: 'renamed', T: 'type-changed' }
/** Files that one view lists; the statistics count all. */
const MAX_FILES = 3000

type Counted = { change: RawChange; added: number; removed: number; binary: boolean }

export const fileChanges = async (c: Context, at: { gitDir?: string }, from: string, to: string, context: number): Promise<{ files: FileChange[]; stat: DiffStat; truncated: boolean }> => {
  const unified = `-U${Math.min(Math.max(0, Math.trunc(context)), 100_000)}`
  const everything = await c.git(['diff-tree', ...quiet, '--raw', '--numstat', '-p', unified, from, to], { ...at, maxOutput: 4 * PATCH_TOTAL })
    .catch((e: unknown) => { if (e instanceof Cut && e.why === 'too-much-output') return null; throw e })
  const out = everything ?? await c.git(['diff-tree', ...quiet, '--raw', '--numstat', from, to], at)
  const { counted, rest } = readCounted(out.stdout)
  const patches = everything ? assign(counted, rest) : await somePatches(c, at, unified, from, to, counted)
  let room = PATCH_TOTAL
  let truncated = counted.length > MAX_FILES
  const files = counted.slice(0, MAX_FILES).map((f, i): FileChange => {
    const patch = patches[i] ?? null
    const fits = patch !== null && patch.length <= PATCH_PER_FILE && patch.length <= room
    if (fits) room -= patch.length
    else if (!f.binary) truncated = true
    return {
      path: textOf(f.change.path), oldPath: f.change.oldPath === null ? null : textOf(f.change.oldPath),
      status: letters[f.change.status[0] ?? ''] ?? 'modified', added: f.added, removed: f.removed, binary: f.binary,
      state: 'committed', flags: flagsOf(f.change), patch: fits && !f.binary ? patch.toString('utf8') : null,
      blob: f.change.newMode === null ? null : f.change.newBlob,
    }
  })
  const stat = { files: counted.length, added: sum(counted.map((f) => f.added)), removed: sum(counted.map((f) => f.removed)) }
  return { files, stat, truncated }
}

const sum = (ns: number[]): number => ns.reduce((a, b) => a + b, 0)

/** Raw records, then as many counts in the same order (`added TAB removed TAB path`; a rename has its two names apart), then patches. */
const readCounted = (out: Buffer): { counted: Counted[]; rest: Buffer } => {
  const end = patchStart(out)
  const list = records(out.subarray(0, end))
  const at = { i: 0 }
  const changes: RawChange[] = []
  for (let ch = takeChange(list, at); ch; ch = takeChange(list, at)) changes.push(ch)
  const counted = changes.map((change): Counted => {
    const m = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(list[at.i] ?? '')
    if (!m) throw new Error(`unreadable numstat: ${JSON.stringify(list[at.i])}`)
    at.i += m[3] === '' ? 3 : 1
    return { change, added: Number(m[1]) || 0, removed: Number(m[2]) || 0, binary: m[1] === '-' }
  })
  return { counted, rest: out.subarray(end) }
}

/** Patches begin after an empty record; before the first `diff --git` no NUL follows another elsewhere. */
const patchStart = (out: Buffer): number => {
  const at = out.indexOf('\0\0diff --git ')
  return at < 0 ? out.length : at + 2
}

/** A change of type is shown by git as a deletion and an addition: two pieces. */
const assign = (counted: Counted[], text: Buffer): (Buffer | null)[] => {
  const pieces = splitPatches(text)
  let i = 0
  const taken = counted.map((f) => {
    const n = f.change.status.startsWith('T') ? 2 : 1
    const mine = pieces.slice(i, i + n)
    i += n
    return mine.length > 0 ? Buffer.concat(mine) : null
  })
  return i === pieces.length ? taken : counted.map(() => null)
}

/** For a diff too large to read whole: the patches of its smaller files, as many as there is room for. */
const somePatches = async (c: Context, at: { gitDir?: string }, unified: string, from: string, to: string, counted: Counted[]): Promise<(Buffer | null)[]> => {
  const plain = (raw: Raw): boolean => raw.length < 2000 && !textOf(raw).includes('\ufffd')
  const chosen = counted.map((f, i) => ({ f, i })).slice(0, MAX_FILES)
    .filter(({ f }) => !f.binary && f.added + f.removed < 4000 && f.change.oldPath === null && !f.change.status.startsWith('T') && plain(f.change.path)).slice(0, 200)
  const patches: (Buffer | null)[] = counted.map(() => null)
  if (chosen.length === 0) return patches
  const out = await c.git(['diff-tree', '-r', '-p', '--no-ext-diff', '--no-textconv', '--full-index', '--no-renames', unified, from, to, '--', ...chosen.map(({ f }) => textOf(f.change.path))],
    { ...at, maxOutput: 64 * PATCH_TOTAL })
  const pieces = splitPatches(out.stdout)
  if (pieces.length === chosen.length) chosen.forEach(({ i }, n) => { patches[i] = pieces[n] ?? null })
  return patches
}

export type Differ = {
  diff: (of: { session: SessionId; tip: Sha; target: Sha; version: number; context: number }) => Promise<DiffView>
  stat: (of: { session: SessionId; tip: Sha; target: Sha }) => Promise<DiffStat>
}

/** Answers of objects never change, so each is worked out once; callers at the same time wait for the same answer. */
const remembered = <T>(most: number): ((key: string, work: () => Promise<T>) => Promise<T>) => {
  const known = new Map<string, Promise<T>>()
  return (key, work) => {
    const found = known.get(key) ?? work()
    known.delete(key)
    known.set(key, found)
    for (const oldest of known.keys()) if (known.size > most) known.delete(oldest)
    found.catch(() => known.delete(key))
    return found
  }
}

type Now = { tree: Sha; gitDir: string | undefined; clean: boolean }

export const createDiffer = (c: Context, snapshots: Snapshots): Differ => {
  const bases = remembered<Sha>(500)
  const trees = remembered<Sha>(500)
  const branches = remembered<Map<string, RawChange>>(50)
  const stats = remembered<DiffStat>(200)
  // As large as what is shown: only the newest few, for pages that look at the same moment.
  const views = remembered<Omit<DiffView, 'version'>>(4)

  // Unrelated histories have none: then all of the branch is new against the target itself.
  const mergeBase = (target: Sha, tip: Sha): Promise<Sha> => (target === tip ? Promise.resolve(tip) : bases(`${target} ${tip}`, async () => (await shaFrom(c.git, ['merge-base', target, tip])) ?? target))
  const treeAt = (commit: Sha): Promise<Sha> => trees(commit, () => treeOf(c.git, commit))

  /** What the worktree holds now: the snapshot, or, where the branch moved on since it was taken, the snapshot with the branch's changes. */
  const present = async (session: SessionId, tip: Sha): Promise<Now> => {
    const snap = await snapshots.newest(session)
    if (!snap) return { tree: await treeAt(tip), gitDir: undefined, clean: true }
    const gitDir = openStore(c, session)
    if (snap.head === tip) return { tree: snap.tree, gitDir, clean: false }
    // Not remembered: no ref holds the tree, so that the store's tidying may take it away again.
    const both = await c.git(['merge-tree', '--write-tree', tip, snap.sha], { gitDir, expect: 'any' })
    return { tree: both.code === 0 ? Sha.parse(both.stdout.toString('latin1').trim()) : snap.tree, gitDir, clean: false }
  }

  /** What the branch alone has changed, by path. */
  const onBranch = (base: Sha, tip: Sha): Promise<Map<string, RawChange>> => branches(`${base} ${tip}`, async () => {
    if (base === tip) return new Map()
    const out = await c.git(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', base, tip])
    return new Map(parseRaw(out.stdout).map((ch) => [textOf(ch.path), ch]))
  })

  const view = async (session: SessionId, base: Sha, tip: Sha, now: Now, context: number): Promise<Omit<DiffView, 'version'>> => {
    const [whole, committed, tipTree] = await Promise.all([fileChanges(c, { gitDir: now.gitDir }, base, now.tree, context), now.clean ? null : onBranch(base, tip), treeAt(tip)])
    await stats(`${base} ${now.tree}`, () => Promise.resolve(whole.stat))
    const files = committed === null || tipTree === now.tree ? whole.files : whole.files.map((f) => ({ ...f, state: stateOf(f, committed) }))
    return { session, mergeBase: base, tip, tree: now.tree, stat: whole.stat, files, truncated: whole.truncated }
  }

  return {
    diff: async ({ session, tip, target, version, context }) => {
      const [base, now] = await Promise.all([mergeBase(target, tip), present(session, tip)])
      return { ...(await views(`${session} ${base} ${tip} ${now.tree} ${context}`, () => view(session, base, tip, now, context))), version }
    },
    stat: async ({ session, tip, target }) => {
      const [base, now] = await Promise.all([mergeBase(target, tip), present(session, tip)])
      return stats(`${base} ${now.tree}`, async () => {
        const out = await c.git(['diff-tree', ...quiet, '--raw', '--numstat', base, now.tree], { gitDir: now.gitDir })
        const { counted } = readCounted(out.stdout)
        return { files: counted.length, added: sum(counted.map((f) => f.added)), removed: sum(counted.map((f) => f.removed)) }
      })
    },
  }
}

const stateOf = (f: FileChange, onBranch: Map<string, RawChange>): FileChange['state'] => {
  const ch = onBranch.get(f.path)
  if (!ch) return 'uncommitted'
  return (ch.newMode === null ? null : ch.newBlob) === f.blob ? 'committed' : 'both'
}
