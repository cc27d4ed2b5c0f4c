/** What is of ours in the person's repository, kept in a bundle, and taken out without a trace. Branches stay as they are. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { limits, type SessionId, Sha } from '@orchestra/contracts'
import { alternateLine } from './bytes.ts'
import type { Context } from './context.ts'
import { openOperation, readHead, worktreeRecords } from './heads.ts'
import { discard, ingest, inspect, migrate } from './quarantine.ts'
import { atticRef, branchTip, refSha, updateRefs } from './refs.ts'
import { openBare } from './snapshots.ts'

/** A worktree of ours as its record stands. `branch` is null where HEAD is detached. */
export type OwnWorktree = { session: string; path: string; branch: string | null; open: string | null; unmerged: number }

/** Below the folder of this project's worktrees, in the person's list of worktrees. */
export const ownWorktrees = async (c: Context, parent: string): Promise<OwnWorktree[]> => {
  const place = c.place()
  const own = worktreeRecords(place).filter((w) => !w.main && dirname(w.path) === parent)
  const main = readHead(place.gitDir)
  const target = main.branch ? await branchTip(c, main.branch) : main.sha
  return Promise.all(own.map(async (w) => {
    const head = readHead(w.gitDir)
    const tip = head.branch ? await branchTip(c, head.branch) : head.sha
    const unmerged = tip && target ? Number((await c.git(['rev-list', '--count', tip, `^${target}`])).stdout.toString('latin1')) : 0
    return { session: w.path.slice(parent.length + 1), path: w.path, branch: head.branch, open: openOperation(w.gitDir), unmerged }
  }))
}

/** Commits that no branch could take, pinned: nobody's branch moves. False: they broke a rule, or are not whole. */
export const pinPack = async (c: Context, session: SessionId, pack: Readable, tip: Sha): Promise<boolean> => {
  const taken = await ingest(c, { store: c.place().objects, pack, maxBytes: limits.pack })
  if (taken.kind !== 'ok') return false
  const judged = await inspect(c, taken.q, tip, 'all refs', { links: new Set(), carried: new Set(), hooksPath: null })
  if (judged.kind !== 'passed') { await discard(taken.q); return false }
  const { release } = await migrate(c, taken.q)
  await updateRefs(c, [{ ref: atticRef(session, tip), to: tip }])
  await release()
  return true
}

const lines = (out: { stdout: Buffer }): string[] => out.stdout.toString('utf8').split('\n').filter((l) => l !== '')

/**
 * Every ref of ours and the newest snapshot of each session, as far as no branch or tag leads to it, into one file; git verifies
 * it before this resolves. Null: the branches have it all.
 * `git fetch FILE 'refs/orchestra/*:refs/orchestra/*'` brings it back.
 */
export const bundle = async (c: Context, file: string): Promise<{ refs: string[] } | null> => {
  const dir = join(c.stateDir, 'bundle.git')
  rmSync(dir, { recursive: true, force: true })
  openBare(c, dir)
  try {
    const own = lines(await c.git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/orchestra']))
    const stores = join(c.stateDir, 'snapshots')
    const wanted = [...own]
    const alternates = [c.place().objects]
    for (const name of existsSync(stores) ? readdirSync(stores) : []) {
      const store = join(stores, name)
      const sha = Sha.safeParse((await c.git(['for-each-ref', '--format=%(objectname)', 'refs/snapshots/newest'], { gitDir: store, expect: 'any' })).stdout.toString('latin1').trim())
      if (!sha.success) continue
      const dirty = await c.git(['diff-tree', '--quiet', `${sha.data}^`, sha.data], { gitDir: store, expect: 'any' })
      if (dirty.code === 0) continue
      alternates.push(join(store, 'objects'))
      wanted.push(`${sha.data} refs/orchestra/snapshot/${name.replace(/\.git$/, '')}`)
    }
    writeFileSync(join(dir, 'objects/info/alternates'), alternates.map(alternateLine).join(''))
    for (const head of worktreeRecords(c.place())) {
      const { sha } = readHead(head.gitDir)
      if (!head.main && sha) wanted.push(`${sha} refs/orchestra/head/${head.path.split('/').at(-1) ?? 'worktree'}`)
    }
    if (wanted.length === 0) return null
    await c.git(['update-ref', '--no-deref', '--stdin'], { gitDir: dir, input: wanted.map((w) => `update ${w.slice(41)} ${w.slice(0, 40)}\n`).join('') })
    const theirs = lines(await c.git(['for-each-ref', '--format=%(objectname)', 'refs/heads', 'refs/tags', 'refs/remotes']))
    const kept = [...new Set(theirs)].map((sha) => `^${sha}`)
    const news = await c.git(['rev-list', '--count', '--all', ...kept], { gitDir: dir })
    if (news.stdout.toString('latin1').trim() === '0') return null
    await c.git(['bundle', 'create', '-q', file, '--all', ...kept], { gitDir: dir, timeoutMs: 10 * 60_000 })
    await c.git(['bundle', 'verify', '-q', file], { timeoutMs: 10 * 60_000 })
    return { refs: lines(await c.git(['bundle', 'list-heads', file])).map((l) => l.slice(41)) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Refs of a backup: ours as they were then, branches where there is none. A branch that stands elsewhere is left, its commit pinned. */
export const unbundle = async (c: Context, file: string): Promise<{ made: string[]; kept: string[] }> => {
  await c.git(['bundle', 'verify', '-q', file], { timeoutMs: 10 * 60_000 })
  const heads = lines(await c.git(['bundle', 'unbundle', file], { timeoutMs: 10 * 60_000 })).map((l) => ({ sha: Sha.parse(l.slice(0, 40)), ref: l.slice(41) }))
  const made: string[] = []
  const kept: string[] = []
  for (const { sha, ref } of heads) {
    const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null
    const there = branch === null ? null : await refSha(c, ref)
    if (there === null) { await updateRefs(c, [{ ref, to: sha }]); made.push(ref) } else if (there !== sha) {
      await updateRefs(c, [{ ref: `refs/orchestra/restored/${branch}`, to: sha }])
      kept.push(ref)
    }
  }
  return { made, kept }
}

/** Takes our refs out, each only where it still stands as read. */
export const dropOwnRefs = async (c: Context): Promise<number> => {
  const own = lines(await c.git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/orchestra']))
  if (own.length > 0) await c.git(['update-ref', '--no-deref', '--stdin'], { input: own.map((l) => `delete ${l.slice(41)} ${l.slice(0, 40)}\n`).join('') })
  return own.length
}

/** Where a session's work starts from, as pinned; null for one that never had a worktree. */
export const pinnedBase = (c: Context, session: string): Promise<Sha | null> => refSha(c, `refs/orchestra/pin/${session}/base`)
