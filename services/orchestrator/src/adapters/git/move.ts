/**
 * Moves a branch that may be checked out: ref, index and files together, or nothing.
 *
 * Order: journal, index.lock, ref prepared (old value checked, ref locked), everything checked, files, index, ref, journal gone.
 * A crash after files leaves plain edits, after the index staged ones, both on the old commit: a commit made in that moment by a
 * person loses nothing and reverts nothing. `recover` then finishes where the ref moved and takes back where it did not.
 */
import { existsSync } from 'node:fs'
import type { Sha } from '@orchestra/contracts'
import { type Raw, textOf } from './bytes.ts'
import { type Context, treeOf } from './context.ts'
import { holdersOf } from './heads.ts'
import { carryIndex, withIndex } from './index-file.ts'
import { begin, end, type Landing, unfinished } from './journal.ts'
import { Unreachable } from './nofollow.ts'
import { moveIn, prepareFiles } from './place-files.ts'
import { prepareRefs } from './ref-transaction.ts'
import { branchTip, refSha } from './refs.ts'
import { changedPaths, touchedByPerson } from './touched.ts'

export type Moved =
  | { kind: 'moved'; checkout: boolean }
  | { kind: 'elsewhere'; at: Sha | null }
  | { kind: 'needs'; files: string[] }
  | { kind: 'busy'; what: string }

export const moveBranch = async (c: Context, branch: string, from: Sha, to: Sha): Promise<Moved> => {
  const ref = `refs/heads/${branch}`
  const holders = holdersOf(c.place(), branch)
  const open = holders.find((h) => h.busy)
  if (open) return { kind: 'busy', what: `a ${open.busy} in ${open.record.path}` }
  if (holders.length > 1) return { kind: 'busy', what: `${branch} is checked out in ${holders.length} places` }
  const holder = holders[0]?.record
  if (!holder) return moveAlone(c, branch, from, to)
  if (!existsSync(holder.path)) return { kind: 'busy', what: `${branch} is checked out in ${holder.path}, which can't be reached from here` }
  const w = { path: holder.path, gitDir: holder.gitDir }
  const landing: Landing = { ...w, ref, from, to }
  const changes = await changedPaths(c, from, to)
  const incoming = await prepareFiles(c, w, to, changes)
  try {
    const done = await withIndex(w.gitDir, async (held): Promise<Moved> => {
      const needed = await touchedByPerson(c, w, held.file, from, changes)
      if (needed.length > 0) return { kind: 'needs', files: needed.map(textOf) }
      const refs = await prepareRefs(c, [{ ref, to, from }], w.gitDir)
      if (!refs) return { kind: 'elsewhere', at: await branchTip(c, branch) }
      try {
        if (!(await carryIndex(c, { gitDir: w.gitDir, index: held.file }, from, to))) {
          await refs.abort()
          return { kind: 'busy', what: `unmerged files in ${w.path}` }
        }
        begin(c, landing)
        c.crash('move: journal written')
        await moveIn(w, incoming, changes, (n) => c.crash(`move: ${n} files`))
        await c.git(['update-index', '-q', '--refresh'], { gitDir: w.gitDir, workTree: w.path, index: held.file, attributes: to, expect: 'any' })
        c.crash('move: before the index')
        held.commit()
        c.crash('move: before the branch')
      } catch (e) {
        await refs.abort()
        throw e
      }
      await refs.commit()
      c.crash('move: before the journal ends')
      return { kind: 'moved', checkout: true }
    })
    end(c, landing)
    return done ?? { kind: 'busy', what: `another git command in ${w.path}` }
  } catch (e) {
    if (unfinished(c).some((l) => l.path === w.path)) await recoverOne(c, landing)
    if (e instanceof Unreachable) return { kind: 'needs', files: [e.message] }
    throw e
  } finally {
    incoming.discard()
  }
}

const moveAlone = async (c: Context, branch: string, from: Sha, to: Sha): Promise<Moved> => {
  const refs = await prepareRefs(c, [{ ref: `refs/heads/${branch}`, to, from }])
  if (!refs) return { kind: 'elsewhere', at: await branchTip(c, branch) }
  await refs.commit()
  return { kind: 'moved', checkout: false }
}

/** Finishes the move where the ref followed, else takes it back. */
export const recoverOne = async (c: Context, l: Landing): Promise<void> => {
  const at = await refSha(c, l.ref)
  const [from, to] = at === l.to ? [l.from, l.to] : [l.to, l.from]
  if (existsSync(l.path)) await converge(c, l, from as Sha, to as Sha)
  end(c, l)
}

/** Brings every path that still is as `from` has it to `to`; a path in any other state is a person's and stays. */
export const converge = async (c: Context, w: { path: string; gitDir: string }, from: Sha, to: Sha): Promise<void> => {
  const changes = await changedPaths(c, from, to)
  await withIndex(w.gitDir, async (held) => {
    const index = { gitDir: w.gitDir, index: held.file }
    // Files are judged by content against `from`, whatever the index says: so it is set to `from` for those paths alone.
    if (!(await carryIndex(c, index, to, from))) return
    const busy = new Set<Raw>(await touchedByPerson(c, w, held.file, await treeOf(c.git, from), changes))
    const mine = changes.filter((ch) => !busy.has(ch.path))
    const incoming = await prepareFiles(c, w, to, mine)
    try {
      await moveIn(w, incoming, mine, () => undefined)
    } finally {
      incoming.discard()
    }
    await carryIndex(c, index, from, to)
    await c.git(['update-index', '-q', '--refresh'], { ...index, workTree: w.path, attributes: to, expect: 'any' })
    held.commit()
  })
}
