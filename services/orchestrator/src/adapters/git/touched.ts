/**
 * Which of the files that a change of trees needs are a person's business: edited, staged, unmerged, or untracked in its way.
 * Asked before anything moves; an empty answer means that every path can be replaced without losing a byte.
 */
import { ancestors, baseName, dirName, type Raw, records } from './bytes.ts'
import type { Context } from './context.ts'
import { stagedAgainst, unmergedPaths } from './index-file.ts'
import { withDir } from './nofollow.ts'
import { parseRaw, type RawChange } from './raw-diff.ts'

export type WorkTree = { path: string; gitDir: string }

export const changedPaths = async (c: Context, from: string, to: string, gitDir?: string): Promise<RawChange[]> =>
  parseRaw((await c.git(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--ignore-submodules=none', from, to], { gitDir })).stdout)

/** `index`: a copy of the work tree's index; its stat data is refreshed on the way. `current`: what the index should equal. */
export const touchedByPerson = async (c: Context, w: WorkTree, index: string, current: string, changes: readonly RawChange[]): Promise<Raw[]> => {
  const at = { gitDir: w.gitDir, workTree: w.path, index, attributes: current }
  await c.git(['update-index', '-q', '--refresh'], { ...at, expect: 'any' })
  const edited = records((await c.git(['diff-files', '-z', '--name-only'], at)).stdout)
  const staged = (await stagedAgainst(c, at, current)).map((e) => e.path)
  const busy = new Set([...edited, ...staged, ...await unmergedPaths(c, at)])
  const tracked = new Set(records((await c.git(['ls-files', '-z'], at)).stdout))
  const leaving = new Set(changes.filter((ch) => ch.newMode === null).map((ch) => ch.path))
  const inTheWay = changes.filter((ch) => ch.newMode !== null).flatMap((ch) => obstacles(w.path, ch.path, tracked, leaving))
  return [...new Set([...changes.map((ch) => ch.path).filter((p) => busy.has(p)), ...inTheWay])].sort()
}

/** Things on disk that stand where `path` goes and that the change itself does not take away. */
const obstacles = (top: string, path: Raw, tracked: ReadonlySet<Raw>, leaving: ReadonlySet<Raw>): Raw[] => {
  for (const above of ancestors(path)) {
    const st = withDir(top, dirName(above), {}, (d) => d.lstat(baseName(above)))
    if (!st) return []
    if (!st.isDirectory()) return tracked.has(above) && leaving.has(above) ? [] : [above]
  }
  return withDir(top, dirName(path), {}, (d) => {
    const st = d.lstat(baseName(path))
    if (!st || tracked.has(path)) return []
    return st.isDirectory() ? strangers(top, path, leaving) : [path]
  }) ?? []
}

/** Files below a folder that has to make room for a file. */
const strangers = (top: string, folder: Raw, leaving: ReadonlySet<Raw>): Raw[] =>
  withDir(top, folder, {}, (d) => d.names().flatMap((n) => {
    const path = `${folder}/${n}`
    return d.lstat(n)?.isDirectory() ? strangers(top, path, leaving) : leaving.has(path) ? [] : [path]
  })) ?? []
