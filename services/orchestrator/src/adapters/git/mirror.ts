/**
 * The designer's copy of the checkout: tracked and untracked files as they are now, nothing ignored, no .git of the person's.
 * Objects, indexes and the copy are ours; the person's index is only read.
 */
import { randomUUID } from 'node:crypto'
import { accessSync, constants, copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sha } from '@orchestra/contracts'
import { alternateLine, bytesOf, nulList, type Raw, records } from './bytes.ts'
import { type Context, mustSha, shaFrom } from './context.ts'
import { ownIndex, withExcludes } from './exclude.ts'
import { readHead } from './heads.ts'
import { ensureSpecFolder } from './spec.ts'

export type MirrorState = { changed: boolean; head: Sha | null; branch: string | null; tree: Sha }

/** An untracked file larger than this stays out: it would be hashed and copied at every change. */
const MAX_UNTRACKED = 20 * 1024 * 1024
/** The designer writes there: what it puts in that place must not come back as if it were the person's. */
const SPEC = '.orchestra/spec'
/** Changes after which the store of old states is thrown away. */
const FRESH_STORE_EVERY = 2000

export const createMirror = (c: Context): { sync: () => Promise<MirrorState> } => {
  const dir = join(c.stateDir, 'mirror')
  const index = join(dir, 'index')
  let last: MirrorState | null = null
  let store = ''
  let changes = 0

  const freshStore = (): void => {
    mkdirSync(dir, { recursive: true })
    for (const old of readdirSync(dir)) if (old.startsWith('objects-')) rmSync(join(dir, old), { recursive: true, force: true })
    store = join(dir, `objects-${randomUUID()}`)
    mkdirSync(join(store, 'info'), { recursive: true })
    writeFileSync(join(store, 'info', 'alternates'), alternateLine(c.place().objects))
  }

  const prepare = (): void => {
    freshStore()
    rmSync(index, { force: true })
    mkdirSync(c.mirrorDir, { recursive: true })
    // What an earlier process left is not known to the new index. The mount points stay: taking one away would unmount it in the container.
    emptyExcept(c.mirrorDir, ['.git', '.orchestra'])
    const own = join(c.mirrorDir, '.orchestra')
    if (existsSync(own)) emptyExcept(own, ['spec'])
    mkdirSync(join(c.mirrorDir, SPEC), { recursive: true })
    writeFileSync(join(c.mirrorDir, '.git'), 'gitdir: /orchestra/git\n')
  }

  /** What the spec folder's own rule was written for. */
  let ruledFor: boolean | null = null

  const sync = async (): Promise<MirrorState> => {
    if (!last || !existsSync(join(c.mirrorDir, '.git'))) {
      last = null
      prepare()
    }
    if (changes > FRESH_STORE_EVERY || !existsSync(store)) {
      changes = 0
      freshStore()
    }
    const keep = c.keepSpecsInGit?.() ?? false
    if (ruledFor !== keep) ensureSpecFolder(c)
    ruledFor = keep
    const tree = await currentTree(c, store)
    const head = readHead(c.place().gitDir)
    const sha = head.sha ?? await shaFrom(c.git, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
    const same = last !== null && last.tree === tree
    if (!same) {
      await c.git(['read-tree', '--reset', '-u', tree], { workTree: c.mirrorDir, index, objects: store, attributes: tree })
      mkdirSync(join(c.mirrorDir, SPEC), { recursive: true })
      changes++
    }
    const changed = !same || last?.head !== sha || last.branch !== head.branch
    last = { changed, head: sha, branch: head.branch, tree }
    return last
  }
  return { sync: () => c.locks('mirror', sync) }
}

const emptyExcept = (dir: string, keep: string[]): void => {
  for (const name of readdirSync(dir)) if (!keep.includes(name)) rmSync(join(dir, name), { recursive: true, force: true })
}

/** The checkout as it is now, as a tree in our store. */
const currentTree = async (c: Context, store: string): Promise<Sha> => {
  const top = c.place().top
  const index = join(c.stateDir, 'mirror', `taking-${randomUUID()}`)
  const who = await c.identity()
  try {
    if (existsSync(ownIndex(c))) copyFileSync(ownIndex(c), index)
    return await withExcludes(c, who.excludes, async (file) => {
      const at = { workTree: top, index, objects: store, attributes: 'HEAD', settings: [['core.excludesFile', file]] as const }
      const [listed, spec] = await Promise.all([c.git(['ls-files', '-z', '-t', '-m', '-d', '-o', '--exclude-standard'], at), c.git(['ls-files', '-z', '--', SPEC], at)])
      // Each with its kind in front: `?` untracked, anything else tracked and changed.
      const all = records(listed.stdout).map((r) => ({ fresh: r.startsWith('?'), path: r.slice(2) }))
      const take = [...new Set(all.filter((f) => !f.fresh || plainFile(top, f.path)).map((f) => f.path))].filter((p) => p !== SPEC && !p.startsWith(`${SPEC}/`))
      if (take.length > 0) await c.git(['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], { ...at, input: nulList(take) })
      const drop = records(spec.stdout)
      if (drop.length > 0) await c.git(['update-index', '--force-remove', '-z', '--stdin'], { ...at, input: nulList(drop) })
      return mustSha(c.git, ['write-tree'], at)
    })
  } finally {
    rmSync(index, { force: true })
    rmSync(`${index}.lock`, { force: true })
  }
}

/** A nested repository is listed with a slash at its end, and left out. */
const plainFile = (top: string, path: Raw): boolean => {
  if (path.endsWith('/')) return false
  const full = Buffer.concat([Buffer.from(`${top}/`), bytesOf(path)])
  const st = lstatSync(full, { throwIfNoEntry: false })
  if (st?.isSymbolicLink()) return true
  if (!st?.isFile() || st.size > MAX_UNTRACKED) return false
  try {
    accessSync(full, constants.R_OK)
    return true
  } catch {
    return false
  }
}
