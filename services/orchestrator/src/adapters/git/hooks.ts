/**
 * Hooks that live in the tree (husky and its like): what an agent edits there, the person's own commit would run. So a session's
 * worktree gets a copy of the person's own folder, in git's record of that worktree, where no agent can write.
 */
import { isAbsolute, join, relative, resolve } from 'node:path'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { WorktreeSpec } from '../../ports/repository.ts'
import { baseName, dirName, type Raw, rawOf } from './bytes.ts'
import type { Context } from './context.ts'
import type { Identity } from './identity.ts'
import type { WorktreeRecord } from './heads.ts'
import type { Place } from './locate.ts'
import { guardInstalled } from './hooks-installed.ts'
import { holdBack } from './hook-wrappers.ts'
import { withDir } from './nofollow.ts'
import { isShell, SCRIPTS, trustedTree } from './trusted-tree.ts'

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
 * Points the worktree's hooks at copies that no agent can write. Uses git's per-worktree configuration, which has to be switched on for
 * the repository; only where a project has hooks that would read the tree.
 */
export const trustHooks = async (c: Context, record: WorktreeRecord, spec: WorktreeSpec): Promise<void> => {
  const who = await c.identity()
  const inTree = inTreeHooks(c.place(), who)
  const copy = join(record.gitDir, COPY)
  const made = inTree !== null ? await copyInTree(c, spec, inTree, copy) : who.config.get('core.hookspath') ? null : await guardInstalled(c, spec, copy)
  if (made === null) return
  if (who.config.get('extensions.worktreeconfig') !== 'true') await c.git(['config', 'extensions.worktreeConfig', 'true'])
  await c.git(['config', '--worktree', 'core.hooksPath', made], { gitDir: record.gitDir })
}

const fresh = (folder: string): void => { rmSync(folder, { recursive: true, force: true }); mkdirSync(folder) }

/** A copy of what the person's checkout has on disk, generated and ignored files included. */
const copyInTree = async (c: Context, spec: WorktreeSpec, hooks: string, copy: string): Promise<string> => {
  // husky's hooks call their neighbours in the folder above.
  const whole = hooks.endsWith('/_') ? hooks.slice(0, -2) : hooks
  fresh(copy)
  copyFolder(c.place().top, rawOf(whole), copy, '', { left: MAX_FILES })
  const tree = await trustedTree(c, spec, join(copy, SCRIPTS))
  for (const file of readdirSync(copy, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())) {
    const path = join(file.parentPath, file.name)
    const text = readFileSync(path, 'utf8')
    if (!isShell(file.name, text)) continue
    const own = withOwnModules(c.place().top, text)
    const bound = await tree.bind(own)
    if (bound.tree === null) { if (bound.text !== text) writeFileSync(path, bound.text); continue }
    writeFileSync(`${path}.as-written`, own, { mode: 0o755 })
    writeFileSync(path, holdBack(`${path}.as-written`, `the hook ${file.name}`, `${bound.tree} takes its orders from this worktree, where an agent writes`))
  }
  await tree.copy()
  return join(copy, relative(whole, hooks))
}

/** husky puts `node_modules/.bin` of the current folder before the machine's programs: here, the checkout's. */
const withOwnModules = (top: string, text: string): string =>
  text.replaceAll(/(PATH=["']?|:)(?:\.\/)?node_modules\/\.bin/g, `$1${/^[\w/.@+, -]+$/.test(top) ? top : '/nonexistent'}/node_modules/.bin`)

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
