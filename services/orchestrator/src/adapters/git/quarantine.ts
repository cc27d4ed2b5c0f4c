/**
 * A pack from an agent, unpacked beside the store and not in it: a store of its own whose alternate is the real one. Only what
 * passed every check is moved over; a refused pack leaves nothing behind.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Sha } from '@orchestra/contracts'
import type { Context } from './context.ts'
import { parsePerCommit } from './raw-diff.ts'
import { judge } from './policy.ts'
import { Cut, ENDED_BY_SIGNAL } from './spawn.ts'
import { alternateLine, type Raw } from './bytes.ts'

export type Quarantine = { dir: string; store: string; packs: string[] }
export type Ingest = { kind: 'ok'; q: Quarantine } | { kind: 'rejected'; reason: string } | { kind: 'need-full' }

/** Below this many objects they are stored one by one, as git itself does on a push: else a busy day leaves hundreds of packs. */
const LOOSE_BELOW = 100
const MAX_COMMITS = 20_000
const WALK_MS = 5 * 60_000

/** Nothing is wrong with the pack: the same again may pass. */
export class NotNow extends Error {
  override name = 'NotNow'
}
const isFull = (e: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((e as NodeJS.ErrnoException).code ?? '')
const full = (cause: unknown): NotNow => new NotNow('the disk with the repository is full', { cause })

/** Throws `NotNow` where the disk is full or git was killed. `store`: the objects folder that will take the pack in. Its own name for such folders is one that git's own prune clears up. `durable: false`: not forced to disk. */
export const ingest = async (c: Context, o: { store: string; gitDir?: string; pack: Readable; maxBytes: number; durable?: boolean }): Promise<Ingest> => {
  const dir = join(o.store, `tmp_objdir-orchestra-${randomUUID()}`)
  try {
    mkdirSync(join(dir, 'info'), { recursive: true })
    mkdirSync(join(dir, 'pack'))
    writeFileSync(join(dir, 'info', 'alternates'), alternateLine(o.store))
  } catch (e) {
    await rm(dir, { recursive: true, force: true })
    throw isFull(e) ? full(e) : e
  }
  const q: Quarantine = { dir, store: o.store, packs: [] }
  try {
    const out = await c.git(['index-pack', '--stdin', '--fix-thin', '--strict', `--max-input-size=${o.maxBytes}`],
      { gitDir: o.gitDir, objects: dir, input: o.pack, expect: 'any', timeoutMs: 5 * 60_000, settings: [['core.bigFileThreshold', '64m'], ...(o.durable === false ? [['core.fsync', 'none'] as const] : [])] })
    if (out.code !== 0) {
      await discard(q)
      if (/No space left on device|Disk quota exceeded/.test(out.stderr)) throw full(out.stderr)
      if (out.code === ENDED_BY_SIGNAL) throw new NotNow('git was killed while it read the pack')
      return /unresolved delta/.test(out.stderr) ? { kind: 'need-full' } : { kind: 'rejected', reason: inWords(out.stderr) }
    }
    q.packs = readdirSync(join(dir, 'pack')).filter((f) => f.endsWith('.pack')).map((f) => f.slice(0, -5))
    return { kind: 'ok', q }
  } catch (e) {
    await discard(q)
    if (e instanceof Cut) return { kind: 'rejected', reason: e.why === 'too-slow' ? 'the pack took more than five minutes to check' : 'the pack did not arrive whole' }
    throw e
  }
}

const inWords = (stderr: string): string =>
  /exceeds maximum allowed size|maximum.*size/i.test(stderr) ? 'the pack is larger than allowed' : `git refused the pack: ${stderr.split('\n').slice(-3).join(' ').slice(0, 600)}`

export const discard = (q: Quarantine): Promise<void> => rm(q.dir, { recursive: true, force: true })

/** Commits with complete history: every ref of the repository, or those listed. */
export type Known = 'all refs' | string[]

export type Judged = { kind: 'disconnected' } | { kind: 'rejected'; reason: string } | { kind: 'passed'; commits: Sha[]; flags: string[] }
export type Rules = { links: ReadonlySet<Raw>; carried: ReadonlySet<Raw>; hooksPath: string | null; /** bytes of new objects as they are unpacked; none: not counted */ unpacked?: { file: number; all: number } }

/** The commits that are new and the walk over all that is, when every object that `tip` leads to is here or known; else null. */
export const connected = async (c: Context, q: Quarantine, tip: Sha, known: Known, gitDir?: string): Promise<{ commits: Sha[]; walked: Buffer } | null> => {
  const range = known === 'all refs' ? { args: [tip, '--not', '--all'] } : { args: ['--stdin'], input: [tip, ...known.map((k) => `^${k}`), ''].join('\n') }
  // One walk for both questions: it fails on a missing object, and prints commits as bare names, everything else with a path.
  const walk = await c.git(['rev-list', '--objects', ...range.args], { gitDir, objects: q.dir, timeoutMs: WALK_MS, input: range.input, expect: 'any', maxOutput: 256 * 1024 * 1024 })
  return walk.code === 0 ? { commits: walk.stdout.toString('latin1').split('\n').filter((l) => l.length === 40) as Sha[], walked: walk.stdout } : null
}

/** Every object that `tip` leads to is here or known, and every commit that is new keeps the policy. */
export const inspect = async (c: Context, q: Quarantine, tip: Sha, known: Known, rules: Rules, gitDir?: string): Promise<Judged> => {
  const at = { gitDir, objects: q.dir, timeoutMs: WALK_MS }
  const found = await connected(c, q, tip, known, gitDir)
  if (found === null) return { kind: 'disconnected' }
  const { commits, walked } = found
  if (commits.length > MAX_COMMITS) return { kind: 'rejected', reason: `more than ${MAX_COMMITS} new commits at once` }
  if (commits.length === 0) return { kind: 'passed', commits, flags: [] }
  const large = rules.unpacked && (await tooLarge(c, at, walked, rules.unpacked))
  if (large) return { kind: 'rejected', reason: large }
  const out = await c.git(['diff-tree', '--stdin', '-r', '-c', '-z', '--raw', '--root', '--no-renames', '--no-abbrev'], { ...at, input: commits.join('\n') + '\n' })
  const verdict = judge(parsePerCommit(out.stdout), rules.links, rules.carried, rules.hooksPath)
  return verdict.rejected === null ? { kind: 'passed', commits, flags: verdict.flags } : { kind: 'rejected', reason: verdict.rejected }
}

/** A pack of a megabyte can unpack to a disk full of zeros. Sizes are read from the objects' headers, nothing is unpacked for it. */
const tooLarge = async (c: Context, at: { gitDir?: string; objects: string; timeoutMs: number }, walked: Buffer, most: { file: number; all: number }): Promise<string | null> => {
  const names = walked.toString('latin1').split('\n').flatMap((line) => (line.length >= 40 ? [line.slice(0, 40)] : []))
  const out = await c.git(['cat-file', '--batch-check=%(objectsize)', '--buffer'], { ...at, input: `${names.join('\n')}\n` })
  let all = 0
  for (const size of out.stdout.toString('latin1').split('\n').map(Number)) {
    if (size > most.file) return `a file of ${Math.round(size / 2 ** 20)} MB is more than the ${Math.round(most.file / 2 ** 20)} MB that one may have`
    all += size
  }
  return all > most.all ? `it unpacks to ${Math.round(all / 2 ** 20)} MB, more than the ${Math.round(most.all / 2 ** 20)} MB that a push may bring` : null
}

/** Moves what was checked into the store. The pack is held by a .keep until `release`, so that a gc at this moment leaves it alone. */
export const migrate = async (c: Context, q: Quarantine, o: { looseBelow: number } = { looseBelow: LOOSE_BELOW }): Promise<{ release: () => Promise<void> }> => {
  const kept: string[] = []
  const target = join(q.store, 'pack')
  mkdirSync(target, { recursive: true })
  for (const name of q.packs) {
    const from = join(q.dir, 'pack', name)
    const count = readFileSync(`${from}.pack`).readUInt32BE(8)
    if (count === 0) continue
    if (count < o.looseBelow) {
      await c.git(['unpack-objects', '-q'], { objects: q.store, input: readFileSync(`${from}.pack`) })
      continue
    }
    const to = join(target, name)
    await (await open(`${to}.keep`, 'w')).close()
    kept.push(`${to}.keep`)
    // The index makes a pack visible, so it comes last.
    for (const ext of ['pack', 'rev', 'idx']) {
      await rename(`${from}.${ext}`, `${to}.${ext}`).catch((e: NodeJS.ErrnoException) => { if (e.code !== 'ENOENT' || ext !== 'rev') throw e })
    }
  }
  await discard(q)
  return { release: async () => { for (const k of kept) await rm(k, { force: true }) } }
}
