/** A session's changes staged in the person's checkout, and taken back: only where the person has nothing of their own. */
import { join } from 'node:path'
import { fail, ok, problem, type Result, type SessionId, type Sha } from '@orchestra/contracts'
import { textOf } from './bytes.ts'
import { type Applied, forgetApplied, readApplied, writeApplied } from './applied.ts'
import { type Context, mustSha } from './context.ts'
import { openOperation } from './heads.ts'
import { identityEnv } from './identity.ts'
import { putEntries, withIndex } from './index-file.ts'
import { bring } from './land.ts'
import { mergeTrees } from './merge-preview.ts'
import { converge } from './move.ts'
import { moveIn, prepareFiles } from './place-files.ts'
import { GITLINK, type RawChange } from './raw-diff.ts'
import { pinRef, updateRefs } from './refs.ts'
import { openStore } from './snapshots.ts'
import { changedPaths, touchedByPerson } from './touched.ts'

const refused = (session: SessionId, why: string, files: string[]): { ok: false; problem: ReturnType<typeof problem> } =>
  fail(problem('apply_refused', `${why}: ${files.slice(0, 50).join(', ')}${files.length > 50 ? ` and ${files.length - 50} more` : ''}.`, { about: session }))
const busy = (session: SessionId, what: string): { ok: false; problem: ReturnType<typeof problem> } =>
  fail(problem('repository_busy', `Not now: ${what} in your checkout.`, { about: session }))

export const applyToCheckout = (c: Context, session: SessionId, base: Sha, tree: Sha): Promise<Result<{ files: string[] }>> =>
  c.locks('landing', async () => {
    const { top, gitDir } = c.place()
    const open = openOperation(gitDir)
    if (open) return busy(session, `a ${open} is open`)
    if (readApplied(c, session)) return fail(problem('wrong_state', 'The changes of this session are applied already.', { about: session, next: 'Take them back first, then apply the newer ones.' }))
    const store = openStore(c, session)
    const head = await mustSha(c.git, ['rev-parse', '--verify', 'HEAD^{commit}'])
    const env = identityEnv(await c.identity())
    const theirs = await mustSha(c.git, ['commit-tree', tree, '-p', base], { gitDir: store, env, input: 'applied' })
    const merged = await mergeTrees(c, head, theirs, { objects: join(store, 'objects') })
    if (merged.kind === 'conflict') return refused(session, 'Your branch changed the same lines in', merged.files.map(textOf))
    const changes = await changedPaths(c, head, merged.tree, store)
    const links = changes.filter((ch) => ch.newMode === GITLINK && ch.oldMode !== GITLINK)
    if (links.length > 0) return refused(session, 'Repositories inside the repository can\'t be staged', links.map((ch) => textOf(ch.path)))
    if (changes.length === 0) return ok({ files: [] })
    await bring(c, store, merged.tree, head)
    // A commit, and a pin on it: the person's gc must not take what is needed for taking back.
    const after = await mustSha(c.git, ['commit-tree', merged.tree, '-p', head], { env, input: 'applied' })
    await updateRefs(c, [{ ref: pinRef(`${session}/applied`), to: after }])
    const w = { path: top, gitDir }
    const done = await withIndex(gitDir, async (held) => {
      const needed = await touchedByPerson(c, w, held.file, head, changes)
      if (needed.length > 0) return refused(session, 'You have uncommitted changes in', needed.map(textOf))
      const record = { before: head, after }
      writeApplied(c, session, { ...record, done: false })
      c.crash('apply: recorded')
      await change(c, w, held, after, changes)
      writeApplied(c, session, { ...record, done: true })
      return ok({ files: changes.map((ch) => textOf(ch.path)) })
    }).catch(async (e: unknown) => {
      if (readApplied(c, session)) await takeBackHalf(c, session)
      throw e
    })
    return done ?? busy(session, 'another git command is running')
  })

/** An apply that stopped half way: what it moved goes back. */
export const takeBackHalf = async (c: Context, session: SessionId): Promise<void> => {
  const record = readApplied(c, session)
  if (!record || record.done) return
  await converge(c, { path: c.place().top, gitDir: c.place().gitDir }, record.after, record.before)
  forgetApplied(c, session)
}

type Held = { file: string; commit: () => void }

const change = async (c: Context, w: { path: string; gitDir: string }, held: Held, tree: Sha, changes: RawChange[]): Promise<void> => {
  const at = { gitDir: w.gitDir, index: held.file }
  const incoming = await prepareFiles(c, w, tree, changes)
  try {
    await putEntries(c, at, changes.map((ch) => ({ path: ch.path, mode: ch.newMode, blob: ch.newBlob })))
    await moveIn(w, incoming, changes, (n) => c.crash(`apply: ${n} files`))
  } finally {
    incoming.discard()
  }
  await c.git(['update-index', '-q', '--refresh'], { ...at, workTree: w.path, attributes: tree, expect: 'any' })
  held.commit()
}

export const unapplyFromCheckout = (c: Context, session: SessionId): Promise<Result<{ files: string[] }>> =>
  c.locks('landing', async () => {
    const { top, gitDir } = c.place()
    const a = readApplied(c, session)
    if (!a) return fail(problem('wrong_state', 'Nothing of this session is applied to your checkout.', { about: session, next: 'Nothing to do.' }))
    const open = openOperation(gitDir)
    if (open) return busy(session, `a ${open} is open`)
    const changes = await changedPaths(c, a.after, a.before)
    const committed = await committedSince(c, a, changes)
    if (committed.length > 0) return refused(session, 'You have committed these since (undo the commit instead)', committed)
    const w = { path: top, gitDir }
    const done = await withIndex(gitDir, async (held) => {
      const needed = await touchedByPerson(c, w, held.file, a.after, changes)
      if (needed.length > 0) return refused(session, 'You have changed these since', needed.map(textOf))
      await change(c, w, held, a.before, changes)
      forgetApplied(c, session)
      return ok({ files: changes.map((ch) => textOf(ch.path)) })
    })
    return done ?? busy(session, 'another git command is running')
  })

const committedSince = async (c: Context, a: Applied, changes: RawChange[]): Promise<string[]> => {
  const head = await mustSha(c.git, ['rev-parse', '--verify', 'HEAD^{commit}'])
  if (head === a.before) return []
  const differs = new Set((await changedPaths(c, a.after, head)).map((ch) => ch.path))
  return changes.filter((ch) => !differs.has(ch.path)).map((ch) => textOf(ch.path))
}
