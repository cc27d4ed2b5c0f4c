/** What a session holds on the disk, and letting go of what nobody needs any more. */
import { existsSync, lstatSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { SessionId } from '@orchestra/contracts'
import type { Context } from './context.ts'
import { runProcess } from './spawn.ts'

const LOOK_MS = 60_000

/** Bytes below a folder, links not followed, other file systems left out; null where there is none, or where it could not be read in time. */
const sizeOf = async (c: Context, path: string): Promise<number | null> => {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return null
  // Its exit code is not asked: a file that goes while it looks is no failure.
  const out = await runProcess('du', ['-skx', '--', path], { env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, cwd: c.stateDir, maxOutput: 64 * 1024, timeoutMs: LOOK_MS }).catch(() => null)
  const kilobytes = Number(out?.stdout.toString('latin1').split('\t')[0] ?? Number.NaN)
  return Number.isFinite(kilobytes) ? kilobytes * 1024 : null
}

export const diskUse = async (c: Context, session: SessionId, path: string | null): Promise<{ worktree: number | null; snapshots: number }> => {
  const [worktree, snapshots] = await Promise.all([path ? sizeOf(c, path) : null, sizeOf(c, c.snapshotStore(session))])
  return { worktree, snapshots: snapshots ?? 0 }
}

export const forgetSession = (c: Context, session: SessionId): Promise<void> => c.locks(`snapshots ${session}`, async () => {
  const store = c.snapshotStore(session)
  if (existsSync(store)) await rm(store, { recursive: true, force: true })
  const own = (await c.git(['for-each-ref', '--format=%(objectname) %(refname)', `refs/orchestra/pin/${session}`, `refs/orchestra/attic/${session}`])).stdout.toString('utf8').split('\n').filter((l) => l !== '')
  for (const line of own) {
    const [sha, ref] = [line.slice(0, 40), line.slice(41)]
    const kept = await c.git(['for-each-ref', '--count=1', '--format=x', '--contains', sha, 'refs/heads', 'refs/tags'])
    if (kept.stdout.length > 0) await c.git(['update-ref', '--no-deref', '-d', ref, sha])
  }
})
