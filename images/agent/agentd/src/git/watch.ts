/**
 * Watches the folders of the work tree (one watch a folder, ignored ones left out) and the gitdir. Where the kernel has no
 * watch left to give it falls back to polling, and says so.
 */
import { watch as watchFolder } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { background, codeOf } from '../log.ts'
import type { Places } from '../places.ts'
import { COMMIT_HINT } from './hookscripts.ts'
import type { Git } from './git.ts'

const POLL_MS = 1500
/** Whatever the watches missed is found at the latest after this. */
const SWEEP_MS = 15_000

export type WatchOptions = {
  places: Places
  git: Git
  branch: string
  onFiles: (path: string) => void
  onGit: (what: 'commits' | 'files' | 'both') => void
  onNestedRepository: (path: string) => void
  onPolling: (reason: string) => void
}

export class WorkWatch {
  readonly #o: WatchOptions
  readonly #folders = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | null = null
  #polling = false

  constructor(options: WatchOptions) {
    this.#o = options
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#o.onGit('both'), SWEEP_MS)
    this.#watchGit()
    await this.#addTree(this.#o.places.workspace)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    for (const watcher of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  get folders(): number {
    return this.#folders.size
  }

  #watchGit(): void {
    const { git } = this.#o.places
    this.#watch(git, (name) => {
      if (name === 'index') this.#o.onGit('files')
      else if (name === 'HEAD' || name === 'packed-refs' || name === COMMIT_HINT) this.#o.onGit('both')
    })
    const ref = `${git}/refs/heads/${this.#o.branch}`
    this.#watch(ref.slice(0, ref.lastIndexOf('/')), (name) => {
      if (!name.endsWith('.lock')) this.#o.onGit('both')
    })
  }

  /** Breadth first, one `check-ignore` a level. */
  async #addTree(top: string): Promise<void> {
    let level = [top]
    while (level.length > 0 && !this.#polling) {
      const next: string[] = []
      for (const folder of level) {
        this.#watch(folder, (name) => this.#changed(folder, name))
        for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
          if (entry.name === '.git' && folder !== this.#o.places.workspace) this.#o.onNestedRepository(relative(this.#o.places.workspace, folder))
          if (entry.isDirectory() && entry.name !== '.git') next.push(join(folder, entry.name))
        }
      }
      level = await this.#notIgnored(next)
    }
  }

  async #notIgnored(folders: string[]): Promise<string[]> {
    if (folders.length === 0) return []
    const paths = folders.map((folder) => `${relative(this.#o.places.workspace, folder)}/`)
    const done = await this.#o.git.try(['check-ignore', '-z', '--stdin'], { input: `${paths.join('\0')}\0` })
    const ignored = new Set(done.stdout.toString('utf8').split('\0'))
    return folders.filter((_, i) => !ignored.has(paths[i] ?? ''))
  }

  #changed(folder: string, name: string): void {
    if (name === '.git' && folder === this.#o.places.workspace) return
    const path = join(folder, name)
    this.#o.onFiles(relative(this.#o.places.workspace, path))
    background('watching a folder', this.#lookAt(path))
  }

  /** A folder that came is watched; one that went is let go. */
  async #lookAt(path: string): Promise<void> {
    const at = await lstat(path).catch(() => null)
    if (at === null || !at.isDirectory()) {
      for (const [folder, watcher] of this.#folders) {
        if (folder !== path && !folder.startsWith(`${path}/`)) continue
        watcher.close()
        this.#folders.delete(folder)
      }
      if (path.endsWith('/.gitignore')) await this.#addTree(path.slice(0, path.lastIndexOf('/')))
      return
    }
    if (this.#folders.has(path) || (await this.#notIgnored([path])).length === 0) return
    await this.#addTree(path)
    // Files may have been written into it before the watch stood.
    this.#o.onFiles(relative(this.#o.places.workspace, path))
  }

  #watch(folder: string, onName: (name: string) => void): void {
    if (this.#folders.has(folder) || this.#polling) return
    try {
      const watcher = watchFolder(folder, { persistent: false }, (_, name) => onName(name ?? ''))
      watcher.on('error', (error) => this.#failed(folder, error))
      this.#folders.set(folder, watcher)
    } catch (error) {
      this.#failed(folder, error)
    }
  }

  #failed(folder: string, error: unknown): void {
    this.#folders.get(folder)?.close()
    this.#folders.delete(folder)
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EPERM' || code === 'EACCES') return
    if (this.#polling) return
    this.#polling = true
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = setInterval(() => this.#o.onGit('both'), POLL_MS)
    this.#o.onPolling(`The kernel has no file watches left (${code ?? 'unknown'}): changes are looked for every ${POLL_MS / 1000} s. Raise fs.inotify.max_user_watches.`)
  }
}
