/** Hooks in .git/hooks, where no agent writes, that take their rules from the tree, where one does: pre-commit, lefthook and others. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { WorktreeSpec } from '../../ports/repository.ts'
import type { Context } from './context.ts'
import { lefthookRules, preCommitRules } from './hook-rules.ts'
import { enterWorktree, holdBack, leftOutNote, lefthook, passOn, preCommit } from './hook-wrappers.ts'
import { isShell, SCRIPTS, trustedTree, type TrustedTree } from './trusted-tree.ts'

const MAX_BYTES = 1024 * 1024
/** They read their rules by themselves, from where they are; no copy can be given to them. */
const readers: [RegExp, string][] = [[/overcommit/i, 'overcommit'], [/captainhook|grumphp/i, 'the hook manager']]

/** Null: none of them reads the tree, so all stays as it is. */
export const guardInstalled = async (c: Context, spec: WorktreeSpec, copy: string): Promise<string | null> => {
  const folder = join(c.place().common, 'hooks')
  const names = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => /^[a-z-]+$/.test(name) && statSync(join(folder, name)).isFile())
  const hooks = names.map((name) => ({ name, hook: join(folder, name), text: readFileSync(join(folder, name)).subarray(0, MAX_BYTES).toString('latin1') }))
  if (hooks.length === 0) return null
  const tree = await trustedTree(c, spec, join(copy, SCRIPTS))
  const wrapped = new Map<string, string>()
  const files = new Map<string, string>()
  for (const h of hooks) {
    const text = await wrapperOf(c, tree, h, copy, files)
    if (text !== null) wrapped.set(h.name, text)
  }
  if (wrapped.size === 0) return null
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy)
  for (const [path, text] of files) { mkdirSync(dirname(join(copy, path)), { recursive: true }); writeFileSync(join(copy, path), text) }
  for (const { name, hook } of hooks) writeFileSync(join(copy, name), wrapped.get(name) ?? passOn(hook), { mode: 0o755 })
  await tree.copy()
  return copy
}

type Hook = { name: string; hook: string; text: string }
/** Null: the hook reads nothing of the tree. `files`: what the wrapper needs, by its path in the copy. */
const wrapperOf = async (c: Context, tree: TrustedTree, { name, hook, text }: Hook, copy: string, files: Map<string, string>): Promise<string | null> => {
  if (/pre-commit\.com|pre_commit/.test(text)) return preCommitWrapper(tree, { name, hook, text }, copy, files)
  if (/lefthook/i.test(text)) return lefthookWrapper(c, tree, { name, hook, text }, copy, files)
  const manager = readers.find(([pattern]) => pattern.test(text))?.[1]
  if (manager !== undefined) return holdBack(hook, manager, 'it reads its rules from this worktree, where an agent writes')
  if (!isShell(name, text)) return null
  const bound = await tree.bind(text)
  if (bound.tree !== null) return holdBack(hook, `the hook ${name}`, `${bound.tree} takes its orders from this worktree, where an agent writes`)
  return bound.uses.length > 0 ? bound.text : null
}

const noBranch = 'no branch of yours is known whose rules would count'

const preCommitWrapper = async (tree: TrustedTree, { name, hook, text }: Hook, copy: string, files: Map<string, string>): Promise<string> => {
  if (tree.branch === null) return holdBack(hook, 'pre-commit', noBranch)
  const config = /--config[= ](\S+)/.exec(text)?.[1] ?? '.pre-commit-config.yaml'
  const written = await tree.read(config.replace(/^\.\//, ''))
  if (written === null) return holdBack(hook, 'pre-commit', `${tree.branch} has no ${config}`)
  const rules = await preCommitRules(written, tree.bind)
  if ('unusable' in rules) return holdBack(hook, 'pre-commit', `${rules.unusable} (${config} of ${tree.branch})`)
  files.set('rules/pre-commit.yaml', rules.text)
  return preCommit({
    hook, name, python: /^INSTALL_PYTHON=(.+)$/m.exec(text)?.[1] ?? null, hookDir: dirname(hook), rules: join(copy, 'rules/pre-commit.yaml'),
    note: leftOutNote('pre-commit', rules.leftOut), skipMissing: text.includes('--skip-on-missing-config'),
  })
}

const lefthookFiles = ['', '.', '.config/'].flatMap((at) => ['yml', 'yaml', 'json'].map((as) => `${at}lefthook.${as}`))

const lefthookWrapper = async (c: Context, tree: TrustedTree, { name, hook }: Hook, copy: string, files: Map<string, string>): Promise<string> => {
  if (tree.branch === null) return holdBack(hook, 'lefthook', noBranch)
  const main = lefthookFiles.find(tree.has)
  if (main === undefined) return holdBack(hook, 'lefthook', `${tree.branch} has no lefthook.yml`)
  const named = new Map([[main, 'lefthook.yml']])
  const renamed = (path: string): string => { const as = named.get(path) ?? `.lefthook-${named.size}.yml`; named.set(path, as); return as }
  const leftOut: string[] = []
  let everyFile = false
  for (const [path, as] of named) {
    const written = await tree.read(path)
    const rules = written === null ? { unusable: `${path} is missing` } : await lefthookRules(written, tree.bind, join(copy, 'enter'), renamed)
    if ('unusable' in rules) return holdBack(hook, 'lefthook', `${rules.unusable} (${path} of ${tree.branch})`)
    files.set(`rules/${as}`, rules.text)
    leftOut.push(...rules.leftOut)
    everyFile ||= rules.everyFile
  }
  files.set('enter', enterWorktree)
  const modules = join(c.place().top, 'node_modules')
  const binaries = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'].flatMap((p) => [`lefthook-${p}/bin/lefthook`, `@evilmartians/lefthook/bin/lefthook-${p}/lefthook`])
  return lefthook({ hook, name, rules: join(copy, 'rules'), note: leftOutNote('lefthook', leftOut), everyFile, binaries: [...binaries, '@evilmartians/lefthook-installer/bin/lefthook'].map((b) => join(modules, b)) })
}
