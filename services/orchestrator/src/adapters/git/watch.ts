/** Hints that something changed: one watch per folder (never per file), and polling, where there are too many folders. */
import { existsSync, type FSWatcher, readdirSync, watch as fsWatch } from 'node:fs'
import { join } from 'node:path'
import { ancestors, bytesOf, dirName, type Raw, records } from './bytes.ts'
import type { Context } from './context.ts'
import { ownIndex, withExcludes } from './exclude.ts'

export type What = 'checkout' | 'refs'

/** The limit on watches is one number for everything that a user runs; an editor needs its share. */
const MAX_FOLDERS = 4000
const SETTLE_MS = 40
const POLL_MS = 1000

export const watch = (c: Context, onChange: (what: What) => void, maxFolders = MAX_FOLDERS): (() => void) => {
  const watchers = new Map<string, FSWatcher>()
  const due = new Map<What, NodeJS.Timeout>()
  let poll: NodeJS.Timeout | null = null
  let stopped = false
  let scanning: Promise<void> | null = null

  const hint = (what: What): void => {
    if (stopped || due.has(what)) return
    due.set(what, setTimeout(() => {
      due.delete(what)
      onChange(what)
    }, SETTLE_MS))
  }
  const startPolling = (): void => {
    poll ??= setInterval(() => { hint('checkout'); hint('refs') }, POLL_MS)
  }
  const add = (key: string, path: string | Buffer, what: What, onEvent: (name: string) => void): void => {
    if (stopped || watchers.has(key)) return
    try {
      const w = fsWatch(path, { persistent: false }, (_event, name) => {
        // git writes its lock files beside; only what they are renamed to counts.
        if (name?.endsWith('.lock') || name?.startsWith('orchestra-index-')) return
        hint(what)
        onEvent(name ?? '')
      })
      w.on('error', () => { w.close(); watchers.delete(key) })
      watchers.set(key, w)
    } catch (e) {
      const code = (e as NodeJS.ErrnoException).code
      if (code === 'ENOSPC' || code === 'EMFILE') startPolling()
      else if (code !== 'ENOENT' && code !== 'ENOTDIR') throw e
    }
  }

  const watchRefs = (): void => {
    const { common, gitDir } = c.place()
    // One folder, unless the project is a linked worktree itself.
    for (const dir of new Set([common, gitDir])) {
      add(dir, dir, 'refs', (name) => {
        if (name === 'worktrees' && dir === common) watchRefs()
        if ((name === 'index' || name === 'HEAD') && dir === gitDir) { hint('checkout'); rescan() }
      })
    }
    const heads = join(common, 'refs', 'heads')
    const below = (dir: string): void => {
      add(dir, dir, 'refs', () => below(dir))
      for (const e of existsSync(dir) ? readdirSync(dir, { withFileTypes: true }) : []) if (e.isDirectory()) below(join(dir, e.name))
    }
    below(heads)
    const linked = join(common, 'worktrees')
    if (!existsSync(linked)) return
    add(linked, linked, 'refs', () => watchRefs())
    for (const name of readdirSync(linked)) add(join(linked, name), join(linked, name), 'refs', () => undefined)
  }

  const scan = async (): Promise<void> => {
    const top = c.place().top
    const folders = await visibleFolders(c)
    if (stopped) return
    if (folders.length > maxFolders) startPolling()
    for (const f of folders.slice(0, maxFolders)) {
      const path = f === '' ? Buffer.from(top) : Buffer.concat([Buffer.from(`${top}/`), bytesOf(f)])
      add(`checkout ${f}`, path, 'checkout', () => rescan())
    }
  }
  let again = false
  const rescan = (): void => {
    if (stopped) return
    if (scanning) { again = true; return }
    scanning = scan().catch((e: unknown) => {
      // Folders vanish while they are listed; what is watched stays watched and polling makes up for the rest.
      startPolling()
      if (!stopped) process.emitWarning(e instanceof Error ? e : String(e))
    }).finally(() => {
      scanning = null
      if (again) { again = false; setTimeout(rescan, 500).unref() }
    })
  }

  watchRefs()
  rescan()
  return () => {
    stopped = true
    if (poll) clearInterval(poll)
    for (const t of due.values()) clearTimeout(t)
    for (const w of watchers.values()) w.close()
  }
}

/** Folders that hold tracked or unignored files, those above them, and new ones that are still empty. */
const visibleFolders = async (c: Context): Promise<Raw[]> => {
  const who = await c.identity()
  const list = (...more: string[]): Promise<Raw[]> => withExcludes(c, who.excludes, async (file) =>
    records((await c.git(['ls-files', '-z', '--exclude-standard', ...more], { workTree: c.place().top, index: ownIndex(c), settings: [['core.excludesFile', file]] })).stdout))
  const [files, untracked] = await Promise.all([list('-c', '-o'), list('-o', '--directory')])
  const folders = new Set<Raw>([''])
  for (const f of files) if (!folders.has(dirName(f))) for (const a of ancestors(f)) folders.add(a)
  for (const f of untracked) if (f.endsWith('/')) folders.add(f.slice(0, -1))
  return [...folders]
}
