/**
 * Files that a hook starts, as the person's own branch has them: read from its commit, copied to where no agent can write.
 * Which branch that is: the one that the session is merged into, else the checkout's; never one of a session's.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { WorktreeSpec } from '../../ports/repository.ts'
import { baseName, type Raw, rawOf, records, textOf } from './bytes.ts'
import type { Context } from './context.ts'
import { readHead, worktreeRecords } from './heads.ts'
import { bind, type Bound } from './hook-commands.ts'
import { branchTip, pinRef, refSha, usableBranch } from './refs.ts'

/** Folder of the trusted copies, below that of a worktree's hooks. */
export const SCRIPTS = 'scripts-of-the-tree'
const MAX_SCRIPT = 256 * 1024
const MAX_FILES = 2000
const DEEPEST = 5

export type TrustedTree = {
  /** Null: there is no branch that only the person writes, so nothing is trusted. */
  branch: string | null
  has: (path: string) => boolean
  read: (path: string) => Promise<string | null>
  /** As `bind`, through the shell scripts that the command starts. */
  bind: (text: string) => Promise<Bound>
  /** Writes what bound commands start, and its neighbours in the same folder. */
  copy: () => Promise<void>
}

const isSession = async (c: Context, spec: WorktreeSpec, branch: string): Promise<boolean> =>
  worktreeRecords(c.place()).some((w) => w.path.startsWith(`${dirname(spec.path)}/`) && readHead(w.gitDir).branch === branch) || (await refSha(c, pinRef(`${branch}/base`))) !== null

const trustedBranch = async (c: Context, spec: WorktreeSpec): Promise<string | null> => {
  for (const branch of [spec.target, readHead(c.place().gitDir).branch]) {
    if (branch && usableBranch(branch) && (await branchTip(c, branch)) !== null && !(await isSession(c, spec, branch))) return branch
  }
  return null
}

/** By its first line, else its name. */
export const isShell = (path: string, text: string): boolean => (text.startsWith('#!') ? /^#!.*\b(?:ba|da|z|k)?sh\b/.test(text) : /\.(?:ba|z)?sh$|^[^.]+$/.test(baseName(rawOf(path))))

/** `copies`: folder of ours, empty so far. */
export const trustedTree = async (c: Context, spec: WorktreeSpec, copies: string): Promise<TrustedTree> => {
  const branch = await trustedBranch(c, spec)
  const commit = branch && (await branchTip(c, branch))
  const entries = commit ? records((await c.git(['ls-tree', '-r', '-z', commit])).stdout) : []
  const files = new Map<Raw, string>()
  for (const e of entries) if (e.startsWith('100')) files.set(e.slice(e.indexOf('\t') + 1), e)
  const texts = new Map<string, string>()
  const wanted = new Set<string>()
  const has = (path: string): boolean => files.has(rawOf(path))
  const read = async (path: string): Promise<string | null> => {
    const blob = files.get(rawOf(path))?.split(/[ \t]/)[2]
    const out = blob ? await c.git(['cat-file', 'blob', blob], { maxOutput: MAX_SCRIPT, expect: 'any' }) : null
    return out?.code === 0 ? out.stdout.toString('utf8') : null
  }
  const deep = async (text: string, level: number): Promise<Bound> => {
    const bound = bind(text, { has, at: (path) => join(copies, path) })
    for (const path of bound.uses) {
      wanted.add(path)
      if (texts.has(path) || level >= DEEPEST) continue
      const script = await read(path)
      if (script === null) { bound.tree ??= path; continue }
      texts.set(path, script)
      if (!isShell(path, script)) continue
      const inside = await deep(script, level + 1)
      texts.set(path, inside.text)
      if (inside.tree !== null) bound.tree ??= `${path}: ${inside.tree}`
    }
    return bound
  }
  const copy = async (): Promise<void> => {
    const folders = new Set([...wanted].map((p) => dirname(p)).filter((d) => d !== '.').map(rawOf))
    const chosen = [...files].filter(([path]) => wanted.has(textOf(path)) || [...folders].some((d) => path.startsWith(`${d}/`))).slice(0, MAX_FILES)
    if (chosen.length === 0) return
    mkdirSync(copies, { recursive: true })
    const index = join(c.stateDir, `hooks-${randomUUID()}`)
    try {
      const at = { index, workTree: copies }
      await c.git(['update-index', '-z', '--index-info'], { ...at, input: Buffer.from(chosen.map(([, e]) => `${e}\0`).join(''), 'latin1') })
      await c.git(['checkout-index', '--all', '--force', '--quiet'], at)
      for (const [path, text] of texts) writeFileSync(join(copies, path), text)
    } finally {
      rmSync(index, { force: true })
    }
  }
  return { branch, has, read, bind: (text) => deep(text, 0), copy }
}
