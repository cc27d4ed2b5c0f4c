/** What an agent's private git needs to behave as the person's does: a short list of settings, the ignore rules, the index. */
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { SeedGit } from '../../ports/repository.ts'
import type { Context } from './context.ts'
import { recordOf } from './heads.ts'

/** No key here names a program, a file or a host. */
const allowed = ['core.autocrlf', 'core.eol', 'core.safecrlf', 'core.filemode', 'core.ignorecase', 'core.symlinks', 'core.precomposeunicode', 'i18n.commitencoding', 'i18n.logoutputencoding']

export const seedGit = async (c: Context): Promise<SeedGit> => {
  const who = await c.identity()
  const file = join(c.place().common, 'info', 'exclude')
  const own = existsSync(file) ? readFileSync(file, 'utf8').slice(0, 256 * 1024) : ''
  return {
    objects: c.place().objects,
    config: allowed.flatMap((k): [string, string][] => { const v = who.config.get(k); return v === undefined || v.length > 200 ? [] : [[k, v]] }),
    excludes: [own.trimEnd(), who.excludes.trimEnd()].filter((t) => t !== '').map((t) => t + '\n').join(''),
    authorName: who.name, authorEmail: who.email,
  }
}

/** A whole index: one that is split in two files is written out as one, since agents see only this one. */
export const worktreeIndex = async (c: Context, path: string): Promise<Buffer | null> => {
  const record = recordOf(c.place(), path)
  const index = record && join(record.gitDir, 'index')
  if (!record || !index || !existsSync(index)) return null
  const bytes = readFileSync(index)
  if (!bytes.includes('link')) return bytes
  const copy = join(record.gitDir, `orchestra-index-${randomUUID()}`)
  try {
    copyFileSync(index, copy)
    await c.git(['update-index', '--no-split-index', '--no-fsmonitor', '--no-untracked-cache', '--force-write-index'], { gitDir: record.gitDir, index: copy })
    return readFileSync(copy)
  } finally {
    rmSync(copy, { force: true })
  }
}
