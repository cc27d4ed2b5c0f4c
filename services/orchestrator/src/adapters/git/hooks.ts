/**
 * Hooks that live in the tree (husky and its like): what an agent edits there, the person's own commit would run. So a session's
 * worktree gets a copy of the person's own folder, in git's record of that worktree, where no agent can write.
 */
import { isAbsolute, join, relative, resolve } from 'node:path'
import { mkdirSync, rmSync } from 'node:fs'
import { baseName, dirName, type Raw, rawOf } from './bytes.ts'
import type { Context } from './context.ts'
import type { Identity } from './identity.ts'
import type { WorktreeRecord } from './heads.ts'
import type { Place } from './locate.ts'
import { withDir } from './nofollow.ts'

const COPY = 'orchestra-hooks'
const MAX_FILES = 300
const MAX_BYTES = 1024 * 1024

/** Folder of hooks relative to the top of every work tree; null when hooks live elsewhere. */
export const inTreeHooks = (place: Place, who: Identity): string | null => {
  const configured = who.config.get('core.hookspath')
  if (!configured || configured.startsWith('~')) return null
  const path = isAbsolute(configured) ? relative(place.top, configured) : relative(place.top, resolve(place.top, configured))
  return path === '' || path.startsWith('..') || path === '.git' || path.startsWith('.git/') ? null : path
}

/**
 * Points the worktree's hooks at the copy. Uses git's per-worktree configuration, which has to be switched on for the repository;
 * only where a project has such hooks. The copy is of what the person's checkout has on disk: generated, ignored files included.
 */
export const trustHooks = async (c: Context, record: WorktreeRecord): Promise<void> => {
  const hooks = inTreeHooks(c.place(), await c.identity())
  if (hooks === null) return
  // husky's hooks call their neighbours in the folder above.
  const whole = hooks.endsWith('/_') ? hooks.slice(0, -2) : hooks
  const copy = join(record.gitDir, COPY)
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy)
  copyFolder(c.place().top, rawOf(whole), copy, '', { left: MAX_FILES })
  const { config } = await c.identity()
  if (config.get('extensions.worktreeconfig') !== 'true') await c.git(['config', 'extensions.worktreeConfig', 'true'])
  await c.git(['config', '--worktree', 'core.hooksPath', join(copy, relative(whole, hooks))], { gitDir: record.gitDir })
}

const copyFolder = (top: string, from: Raw, to: string, below: Raw, budget: { left: number }): void => {
  const names = withDir(top, from, {}, (d) => d.names().map((name) => ({ name, st: d.lstat(name) }))) ?? []
  for (const { name, st } of names) {
    const path = below === '' ? name : `${below}/${name}`
    if (st?.isDirectory()) copyFolder(top, `${from}/${name}`, to, path, budget)
    else if (st?.isFile() && st.size <= MAX_BYTES && budget.left-- > 0) {
      const content = withDir(top, from, {}, (d) => d.read(name, MAX_BYTES))
      if (content) withDir(to, dirName(path), { create: true }, (d) => d.write(baseName(path), content, st.mode & 0o777))
    }
  }
}
