/** Ignored files that a project's work needs (a local .env, test data): copied by name, never committed. */
import { baseName, dirName, nulList, type Raw, records, textOf } from './bytes.ts'
import type { Context } from './context.ts'

import { ownIndex, withExcludes } from './exclude.ts'
import { fileAt } from './files.ts'
import { withDir } from './nofollow.ts'

const MAX_FILES = 500
const MAX_BYTES = 50 * 1024 * 1024

/** What is to be carried: patterns (gitignore's own syntax) of the settings and of the commit's `.worktreeinclude`. */
export const carriedBy = async (c: Context, commit: string, patterns: string[], gitDir?: string): Promise<string[]> => {
  const included = await fileAt(c, commit, '.worktreeinclude', gitDir)
  return [...patterns, ...(included?.text.split('\n') ?? [])].map((l) => l.trim()).filter((l) => l !== '' && !l.startsWith('#'))
}

/**
 * Copies the checkout's files that are ignored by git and match one of the patterns. Links are not copied, nothing existing is
 * overwritten. Returns what was copied, as paths.
 */
export const carryFiles = async (c: Context, into: { path: string }, lines: string[]): Promise<string[]> => {
  if (lines.length === 0) return []
  const top = c.place().top
  const found = await withExcludes(c, lines.join('\n') + '\n', async (file) =>
    records((await c.git(['ls-files', '-z', '--others', '--ignored', `--exclude-from=${file}`], { workTree: top, index: ownIndex(c) })).stdout))
  const ignored = await onlyIgnored(c, found.slice(0, 20_000))
  const copied: string[] = []
  for (const path of ignored.slice(0, MAX_FILES)) if (copyOne(top, into.path, path)) copied.push(textOf(path))
  return copied
}

const onlyIgnored = async (c: Context, paths: Raw[]): Promise<Raw[]> => {
  if (paths.length === 0) return []
  const who = await c.identity()
  // This command takes no literal paths; with ./ in front none of them can be anything else.
  return withExcludes(c, who.excludes, async (file) => records((await c.git(['check-ignore', '-z', '--stdin'], {
    workTree: c.place().top, index: ownIndex(c), input: nulList(paths.map((p) => `./${p}`)), expect: [0, 1],
    env: { GIT_LITERAL_PATHSPECS: '0' }, settings: [['core.excludesFile', file]],
  })).stdout).map((p) => p.slice(2)))
}

const copyOne = (from: string, to: string, path: Raw): boolean => {
  const source = withDir(from, dirName(path), {}, (d) => {
    const st = d.lstat(baseName(path))
    if (!st?.isFile() || st.size > MAX_BYTES) return null
    const content = d.read(baseName(path), MAX_BYTES)
    return content && { content, mode: st.mode & 0o777 }
  })
  if (!source) return false
  return withDir(to, dirName(path), { create: true }, (d) => {
    if (d.lstat(baseName(path))) return false
    d.write(baseName(path), source.content, source.mode)
    return true
  }) ?? false
}

