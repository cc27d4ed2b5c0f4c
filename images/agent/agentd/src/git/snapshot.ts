/**
 * The work tree as it is now, as a commit on top of HEAD, through an index of its own: the agent's index and refs stay as they
 * are. Untracked files are in it, ignored ones are not, neither are repositories nested in the work tree.
 */
import { copyFile, rename, rm, stat } from 'node:fs/promises'
import { serial, Sha } from '@orchestra/contracts'
import type { Places } from '../places.ts'
import type { Git } from './git.ts'
import { codeOf } from '../log.ts'

export type Snapshot = { sha: Sha; tree: Sha; head: Sha }

const zero = '0'.repeat(40)

export class Snapshots {
  readonly #places: Places
  readonly #git: Git
  readonly #index: string
  /** Identity of the agent's index that ours was copied from. */
  #copied = ''
  #last: Snapshot | null = null
  /** One at a time: they share one index, and a run that ends asks for its tree while a change is being taken. */
  readonly #inTurn = serial()

  constructor(places: Places, git: Git) {
    this.#places = places
    this.#git = git
    this.#index = `${places.git}/orchestra-index`
  }

  /** `skip`: paths relative to the work tree that must stay out (nested repositories, files over the bound). */
  take(skip: readonly string[]): Promise<Snapshot> {
    return this.#inTurn(() => this.#take(skip))
  }

  async #take(skip: readonly string[]): Promise<Snapshot> {
    await this.#refreshIndex()
    const exclude = skip.map((path) => `:(exclude,top,literal)${path}`)
    const added = await this.#git.try(['add', '-A', '--ignore-errors', '--', '.', ...exclude], { index: this.#index })
    // 1: some file could not be read; the rest is in. 128: nothing is.
    if (added.code !== 0 && added.code !== 1) throw new Error(`git add ended with ${added.code}: ${added.stderr.trim().slice(-2000)}`)
    const [head] = await Promise.all([this.head(), this.#dropGitlinks()])
    const tree = Sha.parse(await this.#git(['write-tree'], { index: this.#index }))
    if (this.#last !== null && this.#last.tree === tree && this.#last.head === head) return this.#last
    const identity = { GIT_AUTHOR_NAME: 'orchestra', GIT_AUTHOR_EMAIL: 'snapshot@orchestra.invalid', GIT_COMMITTER_NAME: 'orchestra', GIT_COMMITTER_EMAIL: 'snapshot@orchestra.invalid' }
    const sha = Sha.parse(await this.#git(['commit-tree', tree, '-p', head, '-m', 'snapshot'], { env: identity }))
    this.#last = { sha, tree, head }
    return this.#last
  }

  async head(): Promise<Sha> {
    return Sha.parse(await this.#git(['rev-parse', '--verify', 'HEAD^{commit}']))
  }

  /**
   * Ours keeps what it hashed (large untracked files are read once). The agent's is taken over again when it changed: it knows
   * files added in spite of an ignore rule.
   */
  async #refreshIndex(): Promise<void> {
    // A lock at the first time was left by a process that was killed: nobody else writes this index.
    if (this.#copied === '') await rm(`${this.#index}.lock`, { force: true })
    const theirs = `${this.#places.git}/index`
    const at = await stat(theirs).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    const identity = at === null ? 'none' : `${at.ino} ${at.mtimeMs} ${at.size}`
    if (identity === this.#copied) return
    if (at === null) await this.#git(['read-tree', 'HEAD'], { index: this.#index })
    else {
      await copyFile(theirs, `${this.#index}.new`)
      await rename(`${this.#index}.new`, this.#index)
    }
    this.#copied = identity
  }

  /** A repository inside the work tree would go in as a gitlink, which an import refuses. Those of HEAD (submodules) stay. */
  async #dropGitlinks(): Promise<void> {
    const raw = await this.#git(['diff-index', '--cached', '--raw', '--no-abbrev', '-z', '--no-renames', 'HEAD'], { index: this.#index })
    const fields = raw.split('\0')
    const drop: string[] = []
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const [, newMode] = (fields[i] ?? '').split(' ')
      if (newMode === '160000') drop.push(`0 ${zero}\t${fields[i + 1]}`)
    }
    if (drop.length > 0) await this.#git(['update-index', '-z', '--index-info'], { index: this.#index, input: `${drop.join('\0')}\0` })
  }
}
