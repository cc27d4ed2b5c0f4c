/** The spec file, in a folder that the designer writes: no component is followed as a link, a write is one rename. */
import { createHash } from 'node:crypto'
import { fail, ok, problem, type Result } from '@orchestra/contracts'
import type { Context } from './context.ts'
import { Unreachable, withDir } from './nofollow.ts'
import type { Dir } from './nofollow.ts'

const FOLDER = '.orchestra/spec'
const FILE = 'designer.md'
const MAX = 1024 * 1024
const RULE = Buffer.from('*\n')

export const revisionOf = (text: Buffer): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** Null when there is none, or what has its name is a link, no file, or larger than a spec may be: the designer decides what stands there. */
export const readSpec = (c: Context): { text: string; revision: string } | null => {
  try {
    const bytes = withDir(c.place().top, FOLDER, {}, (d) => d.read(FILE, MAX))
    return bytes && { text: bytes.toString('utf8'), revision: revisionOf(bytes) }
  } catch (e) {
    if (e instanceof Unreachable) return null
    throw e
  }
}

/** Specs stay out of git by the folder's own rule, unless the project keeps them in: then ours is taken away, and nobody else's. */
const ruleOf = (c: Context, d: Dir): void => {
  const there = d.lstat('.gitignore')
  if (!(c.keepSpecsInGit?.() ?? false)) { if (!there) d.write('.gitignore', RULE, 0o644); return }
  if (there?.size === RULE.length && d.read('.gitignore', RULE.length)?.equals(RULE)) d.unlink('.gitignore')
}

/** `expected`: the revision that the text was made from; null when there was no file. */
export const writeSpec = (c: Context, text: string, expected: string | null): Promise<Result<{ revision: string }>> =>
  c.locks('spec', async () => {
    const bytes = Buffer.from(text, 'utf8')
    if (bytes.length > MAX) return fail(problem('too_large', `The spec may have ${MAX} bytes.`))
    try {
      const written = withDir(c.place().top, FOLDER, { create: true }, (d) => {
        ruleOf(c, d)
        const now = d.read(FILE, MAX)
        if ((now ? revisionOf(now) : null) !== expected) return 'changed'
        if (d.lstat(FILE)?.isDirectory()) return 'folder'
        d.write(FILE, bytes, 0o644)
        return 'written'
      })
      if (written === 'written') return ok({ revision: revisionOf(bytes) })
      if (written === 'changed') return fail(problem('spec_conflict', 'The spec was changed by somebody else meanwhile.'))
    } catch (e) {
      if (!(e instanceof Unreachable)) throw e
    }
    return fail(problem('wrong_state', `${FOLDER}/${FILE} can't be written: something there is a link, a folder where a file belongs, or larger than 1 MiB.`, { next: `Remove it: look at ${FOLDER} in your checkout.` }))
  })

/** Makes the folder, so that it can be mounted, and its rule as the project wants it now. */
export const ensureSpecFolder = (c: Context): void => {
  withDir(c.place().top, FOLDER, { create: true }, (d) => ruleOf(c, d))
}
