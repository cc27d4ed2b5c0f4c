/**
 * Hooks that live in the tree (husky and its like): what an agent edits there, the person's own commit would run. So a session's
 * worktree gets a copy of the person's own folder, in git's record of that worktree, where no agent can write.
 */
import { isAbsolute, join, relative, resolve } from 'node:path'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
  if (hooks === null) return guardManaged(c, record)
  // husky's hooks call their neighbours in the folder above.
  const whole = hooks.endsWith('/_') ? hooks.slice(0, -2) : hooks
  const copy = join(record.gitDir, COPY)
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy)
  copyFolder(c.place().top, rawOf(whole), copy, '', { left: MAX_FILES })
  await pointAt(c, record, join(copy, relative(whole, hooks)))
}

const pointAt = async (c: Context, record: WorktreeRecord, folder: string): Promise<void> => {
  const { config } = await c.identity()
  if (config.get('extensions.worktreeconfig') !== 'true') await c.git(['config', 'extensions.worktreeConfig', 'true'])
  await c.git(['config', '--worktree', 'core.hooksPath', folder], { gitDir: record.gitDir })
}

/** Managers whose hook lies in .git, where no agent writes, but whose rules lie in the tree, where it does. */
const managers: [RegExp, string][] = [[/pre-commit\.com|pre_commit/, 'pre-commit'], [/lefthook/i, 'lefthook'], [/simple-git-hooks/, 'simple-git-hooks'], [/overcommit/i, 'overcommit'], [/lint-staged/, 'lint-staged'], [/captainhook|grumphp/i, 'the hook manager']]

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const passOn = (hook: string): string => `#!/bin/sh\nexec ${quoted(hook)} "$@"\n`
const holdBack = (hook: string, manager: string): string => `#!/bin/sh
if [ "\${ORCHESTRA_RUN_HOOKS:-}" = 1 ]; then exec ${quoted(hook)} "$@"; fi
echo "orchestra: ${manager} was not run. It reads its rules from this worktree, where an agent can write. Run it in the session's terminal; or, when you have read them, set ORCHESTRA_RUN_HOOKS=1." >&2
`

/** Their rules can name any program, in the tree too, so a copy of the rules would not do: in an executor's worktree they are held back, and say so. */
const guardManaged = async (c: Context, record: WorktreeRecord): Promise<void> => {
  if ((await c.identity()).config.get('core.hookspath')) return
  const folder = join(c.place().common, 'hooks')
  const hooks = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => /^[a-z-]+$/.test(name) && statSync(join(folder, name)).isFile())
  const texts = hooks.map((name) => ({ hook: join(folder, name), name, text: readFileSync(join(folder, name)).subarray(0, MAX_BYTES).toString('latin1') }))
  const managed = (text: string): string | undefined => managers.find(([pattern]) => pattern.test(text))?.[1]
  if (!texts.some(({ text }) => managed(text) !== undefined)) return
  const copy = join(record.gitDir, COPY)
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy)
  for (const { hook, name, text } of texts) {
    const manager = managed(text)
    writeFileSync(join(copy, name), manager === undefined ? passOn(hook) : holdBack(hook, manager), { mode: 0o755 })
  }
  await pointAt(c, record, copy)
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
