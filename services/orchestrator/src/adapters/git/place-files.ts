/**
 * Writes changed files into a work tree that others write too: no link is followed, each file appears whole.
 *
 * git writes them first into a folder of ours, so that line endings, encodings, links and modes come out as its own checkout
 * would make them (filters are blanked: an LFS file arrives as its pointer). From there they are moved in one by one.
 */
import { randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { ancestors, baseName, bytesOf, dirName, nulList, type Raw } from './bytes.ts'
import type { Context } from './context.ts'
import { type Dir, Unreachable, withDir } from './nofollow.ts'
import { GITLINK, type RawChange } from './raw-diff.ts'
import type { WorkTree } from './touched.ts'

/** Files between two turns of the event loop. */
const BATCH = 200

export type Prepared = { dir: string; discard: () => void }

/** Writes the new content of every change into a folder of ours. `gitDir`: a store that has the objects. */
export const prepareFiles = async (c: Context, w: WorkTree, tree: string, changes: readonly RawChange[], gitDir = w.gitDir): Promise<Prepared> => {
  // On the work tree's own file system, and on its own mount where that can be had: a rename is all that is left to do then.
  const dir = join(w.path === c.place().top ? c.place().gitDir : dirname(w.path), `.orchestra-incoming-${randomUUID()}`)
  const discard = (): void => rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir)
  const index = `${dir}.index`
  try {
    const at = { gitDir, workTree: dir, index, attributes: tree }
    const wanted = changes.filter((ch) => ch.newMode !== null && ch.newMode !== GITLINK).map((ch) => ch.path)
    await c.git(['read-tree', tree], at)
    await c.git(['checkout-index', '--force', '--quiet', '-z', '--stdin'], { ...at, input: nulList(wanted), timeoutMs: 10 * 60_000 })
    return { dir, discard }
  } catch (e) {
    discard()
    throw e
  } finally {
    rmSync(index, { force: true })
  }
}

/** Deletions first, so that a folder can become a file. A component that turned into a link since the check stops it: `Unreachable`. */
export const moveIn = async (w: WorkTree, from: Prepared, changes: readonly RawChange[], step: (n: number) => void): Promise<void> => {
  let n = 0
  const inOrder = [...changes.filter((ch) => ch.newMode === null), ...changes.filter((ch) => ch.newMode !== null)]
  for (const ch of inOrder) {
    if (ch.newMode === null) removeOne(w.path, ch.path)
    else putOne(w.path, from.dir, ch)
    step(++n)
    if (n % BATCH === 0) await breathe()
  }
}

const removeOne = (top: string, path: Raw): void => {
  withDir(top, dirName(path), {}, (d) => {
    const name = baseName(path)
    // A submodule's folder goes only when it is empty.
    if (d.lstat(name)?.isDirectory()) d.rmdir(name)
    else d.unlink(name)
  })
  for (const folder of ancestors(path).reverse()) {
    if (!withDir(top, dirName(folder), {}, (d) => d.rmdir(baseName(folder)))) return
  }
}

const putOne = (top: string, from: string, ch: RawChange): void => {
  const done = withDir(top, dirName(ch.path), { create: true }, (d) => {
    const name = baseName(ch.path)
    const st = d.lstat(name)
    if (ch.newMode === GITLINK) {
      if (!st) withDir(top, ch.path, { create: true }, () => undefined)
      return true
    }
    if (st?.isDirectory() && !d.rmdir(name)) throw new Unreachable(`a folder stands where ${JSON.stringify(ch.path)} goes`)
    const source = Buffer.concat([Buffer.from(`${from}/`), bytesOf(ch.path)])
    if (!d.takeIn(source, name)) copyIn(d, source, name)
    return true
  })
  if (!done) throw new Unreachable(`a link stands in the way to ${JSON.stringify(ch.path)}`)
}

/** Across file systems: the content instead of the file. */
const copyIn = (d: Dir, source: Buffer, name: Raw): void => {
  const st = lstatSync(source)
  if (!st.isSymbolicLink()) return d.write(name, readFileSync(source), st.mode & 0o777)
  const tmp = `.orchestra-${randomUUID()}`
  symlinkSync(readlinkSync(source, { encoding: 'buffer' }), Buffer.concat([Buffer.from(`/proc/self/fd/${d.fd}/`), bytesOf(tmp)]))
  d.takeIn(Buffer.concat([Buffer.from(`/proc/self/fd/${d.fd}/`), bytesOf(tmp)]), name)
}
