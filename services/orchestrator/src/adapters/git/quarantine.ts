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
import { judge, type Verdict } from './policy.ts'
import { Cut } from './spawn.ts'
import type { Raw } from './bytes.ts'

export type Quarantine = { dir: string; store: string; packs: string[] }
export type Ingest = { kind: 'ok'; q: Quarantine } | { kind: 'rejected'; reason: string } | { kind: 'need-full' }

/** Below this many objects they are stored one by one, as git itself does on a push: else a busy day leaves hundreds of packs. */
const LOOSE_BELOW = 100
const MAX_COMMITS = 20_000

/** `store`: the objects folder that will take the pack in. Its own name for such folders is one that git's own prune clears up. */
export const ingest = async (c: Context, o: { store: string; gitDir?: string; pack: Readable; maxBytes: number }): Promise<Ingest> => {
  const dir = join(o.store, `tmp_objdir-orchestra-${randomUUID()}`)
  mkdirSync(join(dir, 'info'), { recursive: true })
  mkdirSync(join(dir, 'pack'))
  writeFileSync(join(dir, 'info', 'alternates'), `${o.store}\n`)
  const q: Quarantine = { dir, store: o.store, packs: [] }
  try {
    const out = await c.git(['index-pack', '--stdin', '--fix-thin', '--strict', `--max-input-size=${o.maxBytes}`],
      { gitDir: o.gitDir, objects: dir, input: o.pack, expect: 'any', timeoutMs: 5 * 60_000, settings: [['core.bigFileThreshold', '64m']] })
    if (out.code !== 0) {
      await discard(q)
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

/** Every object that `tip` leads to is here or known. */
export const connected = async (c: Context, q: Quarantine, tip: Sha, o: { gitDir?: string; known: Known }): Promise<boolean> => {
  const range = newSince(tip, o.known)
  return (await c.git(['rev-list', '--objects', '--quiet', ...range.args], {
    gitDir: o.gitDir, objects: q.dir, input: range.input, expect: 'any', timeoutMs: 5 * 60_000,
  })).code === 0
}

/** Commits with complete history: every ref of the repository, or those listed. */
export type Known = 'all refs' | string[]
const newSince = (tip: Sha, known: Known): { args: string[]; input?: string } =>
  known === 'all refs' ? { args: [tip, '--not', '--all'] } : { args: ['--stdin'], input: [tip, ...known.map((k) => `^${k}`), ''].join('\n') }

/** The policy over every commit that is new. */
export const inspect = async (c: Context, q: Quarantine, tip: Sha, o: { gitDir?: string; known: Known; links: ReadonlySet<Raw>; carried: ReadonlySet<Raw>; hooksPath: string | null }): Promise<Verdict & { commits: Sha[] }> => {
  const at = { gitDir: o.gitDir, objects: q.dir }
  const range = newSince(tip, o.known)
  const list = await c.git(['rev-list', `--max-count=${MAX_COMMITS + 1}`, ...range.args], { ...at, input: range.input })
  const commits = list.stdout.toString('latin1').split('\n').filter((l) => l !== '') as Sha[]
  if (commits.length > MAX_COMMITS) return { rejected: `more than ${MAX_COMMITS} new commits at once`, flags: [], commits }
  if (commits.length === 0) return { rejected: null, flags: [], commits }
  const out = await c.git(['diff-tree', '--stdin', '-r', '-c', '-z', '--raw', '--root', '--no-renames', '--no-abbrev'], { ...at, input: commits.join('\n') + '\n' })
  return { ...judge(parsePerCommit(out.stdout), o.links, o.carried, o.hooksPath), commits }
}

/** Moves what was checked into the store. The pack is held by a .keep until `release`, so that a gc at this moment leaves it alone. */
export const migrate = async (c: Context, q: Quarantine, gitDir?: string): Promise<{ release: () => Promise<void> }> => {
  const kept: string[] = []
  const target = join(q.store, 'pack')
  mkdirSync(target, { recursive: true })
  for (const name of q.packs) {
    const from = join(q.dir, 'pack', name)
    const count = readFileSync(`${from}.pack`).readUInt32BE(8)
    if (count === 0) continue
    if (count < LOOSE_BELOW) {
      await c.git(['unpack-objects', '-q'], { gitDir, objects: q.store, input: readFileSync(`${from}.pack`) })
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
