/** Reads git's raw diff output, also the combined form of merges. */
import { type Raw, records } from './bytes.ts'

export const SYMLINK = '120000'
export const GITLINK = '160000'
const NONE = '000000'

export type RawChange = {
  path: Raw
  /** Set for renames alone. */
  oldPath: Raw | null
  /** A, M, D, T, R; for a merge the letters against each parent. */
  status: string
  /** null where the side has nothing. For a merge: of the first parent. */
  oldMode: string | null
  newMode: string | null
  oldBlob: string
  newBlob: string
}

const mode = (m: string | undefined): string | null => (m === undefined || m === NONE ? null : m)

/** Takes one change from the front of `list`; null when the front is no change (a commit's name, or statistics). */
export const takeChange = (list: Raw[], at: { i: number }): RawChange | null => {
  const head = list[at.i]
  const m = head === undefined ? null : /^(:+)(\d.*)$/.exec(head)
  if (!m) return null
  const parents = m[1]?.length ?? 1
  const words = (m[2] ?? '').split(' ')
  const status = words.at(-1) ?? ''
  const path = list[at.i + 1]
  if (path === undefined || words.length !== 2 * parents + 3) throw new Error(`unreadable raw diff: ${JSON.stringify(head)}`)
  const renamed = parents === 1 && (status.startsWith('R') || status.startsWith('C'))
  const newPath = renamed ? list[at.i + 2] : path
  if (newPath === undefined) throw new Error('a rename without its new name')
  at.i += renamed ? 3 : 2
  return {
    path: newPath, oldPath: renamed ? path : null, status,
    oldMode: mode(words[0]), newMode: mode(words[parents]),
    oldBlob: words[parents + 1] ?? '', newBlob: words[2 * parents + 1] ?? '',
  }
}

export const parseRaw = (out: Buffer): RawChange[] => {
  const list = records(out)
  const at = { i: 0 }
  const changes: RawChange[] = []
  for (let c = takeChange(list, at); c; c = takeChange(list, at)) changes.push(c)
  return changes
}

/** Output of `diff-tree --stdin -c`: every commit's name, then its changes. */
export const parsePerCommit = (out: Buffer): { commit: string; changes: RawChange[] }[] => {
  const list = records(out)
  const at = { i: 0 }
  const commits: { commit: string; changes: RawChange[] }[] = []
  while (at.i < list.length) {
    const c = takeChange(list, at)
    if (c) commits.at(-1)?.changes.push(c)
    else commits.push({ commit: list[at.i++] ?? '', changes: [] })
  }
  return commits
}
