/** What stays out of snapshots: repositories nested in the work tree, and untracked files over the bound. */
import { lstat } from 'node:fs/promises'
import type { Places } from '../places.ts'
import type { Git } from './git.ts'

/** A build product or a data set, not work to review: it would be read and packed at every change. */
export const MAX_UNTRACKED_BYTES = 32 * 1024 * 1024

export class Skips {
  readonly #places: Places
  readonly #tell: (text: string) => void
  readonly #nested = new Set<string>()
  readonly #large = new Set<string>()

  constructor(places: Places, tell: (text: string) => void) {
    this.#places = places
    this.#tell = tell
  }

  list(): string[] {
    return [...this.#nested, ...this.#large]
  }

  nested(path: string): void {
    if (this.#nested.has(path)) return
    this.#nested.add(path)
    this.#tell(`${path} is a git repository of its own: its files are not part of this session's changes.`)
  }

  /** Looks at the files that are untracked now. */
  async scan(git: Git): Promise<void> {
    const found = await git(['ls-files', '-z', '--others', '--exclude-standard'], { maxBytes: 256 * 1024 * 1024 })
    for (const path of found.split('\0')) if (path !== '') await this.changed(path)
  }

  async changed(path: string): Promise<void> {
    const at = await lstat(`${this.#places.workspace}/${path}`).catch(() => null)
    if (at === null || !at.isFile() || at.size <= MAX_UNTRACKED_BYTES) this.#large.delete(path)
    else if (!this.#large.has(path)) {
      this.#large.add(path)
      this.#tell(`${path} has ${Math.round(at.size / 1024 / 1024)} MB: it is left out of the live diff until it is smaller or ignored.`)
    }
  }
}
