/** Worktrees, HEADs and open operations, read from the repository's own files: a few microseconds where git needs milliseconds. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Sha } from '@orchestra/contracts'
import type { Place } from './locate.ts'

export type WorktreeRecord = {
  /** Its own gitdir: HEAD, index, open operations. */
  gitDir: string
  /** Where its files are, as the record says. */
  path: string
  main: boolean
}

/** The checkout first, then every linked worktree. */
export const worktreeRecords = (place: Place): WorktreeRecord[] => {
  const linked: WorktreeRecord[] = []
  const folder = join(place.common, 'worktrees')
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const gitDir = join(folder, name)
    const file = join(gitDir, 'gitdir')
    if (!existsSync(file)) continue
    linked.push({ gitDir, path: dirname(resolve(gitDir, readFileSync(file, 'utf8').replace(/\n$/, ''))), main: false })
  }
  // A project that is itself a linked worktree appears in its own list.
  const own = { gitDir: place.gitDir, path: place.top, main: true }
  const rest = linked.filter((w) => w.gitDir !== place.gitDir)
  const shared: WorktreeRecord[] = place.gitDir === place.common || !place.common.endsWith('/.git')
    ? [] : [{ gitDir: place.common, path: dirname(place.common), main: false }]
  return [own, ...shared, ...rest]
}

export const recordOf = (place: Place, path: string): WorktreeRecord | null =>
  worktreeRecords(place).find((w) => w.path === path) ?? null

/** Branch or commit that HEAD names. Both null where the file is unreadable or odd. */
export const readHead = (gitDir: string): { branch: string | null; sha: Sha | null } => {
  const text = existsSync(join(gitDir, 'HEAD')) ? readFileSync(join(gitDir, 'HEAD'), 'utf8').trim() : ''
  if (text.startsWith('ref: refs/heads/')) return { branch: text.slice('ref: refs/heads/'.length), sha: null }
  const sha = Sha.safeParse(text)
  return { branch: null, sha: sha.success ? sha.data : null }
}

const operations: [file: string, word: string][] = [
  ['rebase-merge', 'rebase'], ['rebase-apply', 'rebase'], ['MERGE_HEAD', 'merge'], ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'], ['BISECT_LOG', 'bisect'], ['sequencer', 'sequence of picks'],
]
/** What a person has open there, in git's word; null when nothing. */
export const openOperation = (gitDir: string): string | null =>
  operations.find(([file]) => existsSync(join(gitDir, file)))?.[1] ?? null

/** Worktrees that have the branch checked out, or hold it in a rebase or bisect begun on it. */
export const holdersOf = (place: Place, branch: string): { record: WorktreeRecord; busy: string | null }[] =>
  worktreeRecords(place).flatMap((record) => {
    const busy = openOperation(record.gitDir)
    if (readHead(record.gitDir).branch === branch) return [{ record, busy }]
    const begunOn = ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START']
      .map((f) => join(record.gitDir, f)).filter((f) => existsSync(f)).map((f) => readFileSync(f, 'utf8').trim())
    return busy && begunOn.some((b) => b === `refs/heads/${branch}` || b === branch) ? [{ record, busy }] : []
  })
