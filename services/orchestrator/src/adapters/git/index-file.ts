/** Changes a worktree's index as git does: under index.lock, in a copy, renamed at the end. */
import { randomUUID } from 'node:crypto'
import { constants, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Sha } from '@orchestra/contracts'
import { bytesOf, type Raw, records } from './bytes.ts'
import type { Context } from './context.ts'
import type { GitOptions } from './git.ts'
import { parseRaw } from './raw-diff.ts'

export type HeldIndex = {
  /** Copy to work on; hand it to git as its index. May not exist, where the worktree has none. */
  file: string
  /** The copy becomes the worktree's index, and the lock is gone. */
  commit: () => void
}

const PATIENCE_MS = 2000

/** Null when somebody else held the lock for 2 s. Whatever `work` does, the lock and the copy are gone afterwards. */
export const withIndex = async <T>(gitDir: string, work: (held: HeldIndex) => Promise<T>): Promise<T | null> => {
  const index = join(gitDir, 'index')
  const lock = `${index}.lock`
  if (!(await take(lock))) return null
  const file = join(gitDir, `orchestra-index-${randomUUID()}`)
  let held = true
  try {
    if (existsSync(index)) copyFileSync(index, file, constants.COPYFILE_FICLONE)
    return await work({
      file,
      commit: () => {
        // Through the lock's name: a crash between the two leaves a whole index under it.
        renameSync(file, lock)
        renameSync(lock, index)
        held = false
      },
    })
  } finally {
    if (held) rmSync(lock, { force: true })
    rmSync(file, { force: true })
    rmSync(`${file}.lock`, { force: true })
  }
}

const take = async (lock: string): Promise<boolean> => {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      await (await open(lock, 'wx')).close()
      return true
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e
      if (Date.now() > until) return false
      await wait(20)
    }
  }
}

export type Entry = { path: Raw; mode: string | null; blob: string }
const ABSENT = '0'.repeat(40)

/** Puts entries (mode null: none) into an index. */
export const putEntries = async (c: Context, at: GitOptions, entries: readonly Entry[]): Promise<void> => {
  if (entries.length === 0) return
  const lines = entries.map((e) => bytesOf(`${e.mode ?? '0'} ${e.mode ? e.blob : ABSENT}\t${e.path}\0`))
  await c.git(['update-index', '--add', '--replace', '-z', '--index-info'], { ...at, input: Buffer.concat(lines) })
}

/** What is staged: the index against a tree or commit. */
export const stagedAgainst = async (c: Context, at: GitOptions, tree: string): Promise<Entry[]> =>
  parseRaw((await c.git(['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames', tree], at)).stdout)
    .map((r) => ({ path: r.path, mode: r.newMode, blob: r.newBlob }))

export const unmergedPaths = async (c: Context, at: GitOptions): Promise<Raw[]> =>
  [...new Set(records((await c.git(['ls-files', '-u', '-z'], at)).stdout).map((r) => r.slice(r.indexOf('\t') + 1)))]

/**
 * Moves the index from one commit's tree to another's and keeps what is staged. Where a staged path also changed between the
 * two, git's two-way read refuses the whole; then these paths step aside for the read and come back as they were.
 * False where the index has unmerged entries: nothing was changed then.
 */
export const carryIndex = async (c: Context, at: GitOptions, from: Sha, to: Sha): Promise<boolean> => {
  if ((await c.git(['read-tree', '-i', '-m', from, to], { ...at, expect: 'any' })).code === 0) return true
  if ((await unmergedPaths(c, at)).length > 0) return false
  const staged = await stagedAgainst(c, at, from)
  const original = parseRaw((await c.git(['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames', from], at)).stdout)
  await putEntries(c, at, original.map((r) => ({ path: r.path, mode: r.oldMode, blob: r.oldBlob })))
  await c.git(['read-tree', '-i', '-m', from, to], at)
  await putEntries(c, at, staged)
  return true
}
