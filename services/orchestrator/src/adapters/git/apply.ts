/** A session's changes staged in the person's checkout, and taken back: only where the person has nothing of their own. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, ok, problem, type Result, type SessionId, type Sha } from '@orchestra/contracts'
import { textOf } from './bytes.ts'
import { type Context, mustSha } from './context.ts'
import { openOperation } from './heads.ts'
import { identityEnv } from './identity.ts'
import { putEntries, withIndex } from './index-file.ts'
import { bring } from './land.ts'
import { mergeTrees } from './merge-preview.ts'
import { moveIn, prepareFiles } from './place-files.ts'
import { GITLINK, type RawChange } from './raw-diff.ts'
import { openStore } from './snapshots.ts'
import { changedPaths, touchedByPerson } from './touched.ts'

/** `before`: HEAD at that moment. `after`: HEAD with the session's changes; both trees are pinned by the record's own ref. */
type Applied = { before: Sha; after: Sha }
const recordFile = (c: Context, session: SessionId): string => join(c.stateDir, 'applied', `${session}.json`)

const refused = (session: SessionId, why: string, files: string[]): { ok: false; problem: ReturnType<typeof problem> } =>
  fail(problem('apply_refused', `${why}: ${files.slice(0, 50).join(', ')}${files.length > 50 ? ` and ${files.length - 50} more` : ''}.`, { about: session }))
const busy = (session: SessionId, what: string): { ok: false; problem: ReturnType<typeof problem> } =>
  fail(problem('repository_busy', `Not now: ${what} in your checkout.`, { about: session }))

export const applyToCheckout = (c: Context, session: SessionId, base: Sha, tree: Sha): Promise<Result<{ files: string[] }>> =>
  c.locks('landing', async () => {
    const { top, gitDir } = c.place()
    const open = openOperation(gitDir)
    if (open) return busy(session, `a ${open} is open`)
    if (existsSync(recordFile(c, session))) return fail(problem('wrong_state', 'The changes of this session are applied already.', { about: session, next: 'Take them back first, then apply the newer ones.' }))
    const store = openStore(c, session)
    const head = await mustSha(c.git, ['rev-parse', '--verify', 'HEAD^{commit}'])
    const env = identityEnv(await c.identity())
    const theirs = await mustSha(c.git, ['commit-tree', tree, '-p', base], { gitDir: store, env, input: 'applied' })
    const merged = await mergeTrees(c, head, theirs, { gitDir: store })
    if (merged.kind === 'conflict') return refused(session, 'Your branch changed the same lines in', merged.files.map(textOf))
    const changes = await changedPaths(c, head, merged.tree, store)
    const links = changes.filter((ch) => ch.newMode === GITLINK && ch.oldMode !== GITLINK)
    if (links.length > 0) return refused(session, 'Repositories inside the repository can\'t be staged', links.map((ch) => textOf(ch.path)))
    if (changes.length === 0) return ok({ files: [] })
    await bring(c, store, merged.tree, head)
    const w = { path: top, gitDir }
    const done = await withIndex(gitDir, async (held) => {
      const needed = await touchedByPerson(c, w, held.file, head, changes)
      if (needed.length > 0) return refused(session, 'You have uncommitted changes in', needed.map(textOf))
      remember(c, session, { before: head, after: merged.tree })
      c.crash('apply: recorded')
      await change(c, w, held, merged.tree, changes)
      return ok({ files: changes.map((ch) => textOf(ch.path)) })
    })
    return done ?? busy(session, 'another git command is running')
  })

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

const remember = (c: Context, session: SessionId, a: Applied): void => {
  const file = recordFile(c, session)
  mkdirSync(join(c.stateDir, 'applied'), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(a))
  renameSync(`${file}.new`, file)
}

export const unapplyFromCheckout = (c: Context, session: SessionId): Promise<Result<{ files: string[] }>> =>
  c.locks('landing', async () => {
    const { top, gitDir } = c.place()
    const file = recordFile(c, session)
    if (!existsSync(file)) return fail(problem('wrong_state', 'Nothing of this session is applied to your checkout.', { about: session, next: 'Nothing to do.' }))
    const open = openOperation(gitDir)
    if (open) return busy(session, `a ${open} is open`)
    const a = JSON.parse(readFileSync(file, 'utf8')) as Applied
    const changes = await changedPaths(c, a.after, a.before)
    const committed = await committedSince(c, a, changes)
    if (committed.length > 0) return refused(session, 'You have committed these since (undo the commit instead)', committed)
    const w = { path: top, gitDir }
    const done = await withIndex(gitDir, async (held) => {
      const notAfter = new Set(await touchedByPerson(c, w, held.file, a.after, changes))
      // An apply that a crash cut short left some paths as they were before: these need nothing.
      const notBefore = new Set(notAfter.size === 0 ? [] : await touchedByPerson(c, w, held.file, a.before, changes.map(reversed)))
      const theirs = [...notAfter].filter((p) => notBefore.has(p))
      if (theirs.length > 0) return refused(session, 'You have changed these since', theirs.map(textOf))
      const mine = changes.filter((ch) => !notAfter.has(ch.path))
      await change(c, w, held, a.before, mine)
      rmSync(file)
      return ok({ files: mine.map((ch) => textOf(ch.path)) })
    })
    return done ?? busy(session, 'another git command is running')
  })

const reversed = (ch: RawChange): RawChange => ({ ...ch, oldMode: ch.newMode, newMode: ch.oldMode, oldBlob: ch.newBlob, newBlob: ch.oldBlob })

const committedSince = async (c: Context, a: Applied, changes: RawChange[]): Promise<string[]> => {
  const head = await mustSha(c.git, ['rev-parse', '--verify', 'HEAD^{commit}'])
  if (head === a.before) return []
  const differs = new Set((await changedPaths(c, a.after, head)).map((ch) => ch.path))
  return changes.filter((ch) => !differs.has(ch.path)).map((ch) => textOf(ch.path))
}

/** Whether a session's changes are staged in the checkout now. */
export const isApplied = (c: Context, session: SessionId): boolean => existsSync(recordFile(c, session))
