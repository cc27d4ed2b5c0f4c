/**
 * The work tree as it is now, as a commit on top of HEAD, through an index of its own: the agent's index and refs stay as they
 * are. Untracked files are in it, ignored ones are not, neither are repositories nested in the work tree.
 */
import { copyFile, lstat, rename, rm, stat } from 'node:fs/promises'
import { serial, Sha } from '@orchestra/contracts'
import type { Places } from '../places.ts'
import type { Git } from './git.ts'
import { codeOf } from '../log.ts'
import { headFromFiles, writeCommit } from './loose.ts'

export type Snapshot = { sha: Sha; tree: Sha; head: Sha }

type Few = { there: string[]; gone: string[] }

const MOST_BY_NAME = 200
const RULES = /(^|\/)(\.gitignore|\.gitattributes|\.gitmodules|\.git)$/
const nulList = (paths: readonly string[]): string => paths.map((path) => `${path}\0`).join('')

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

  /**
   * `skip`: paths relative to the work tree that must stay out (nested repositories, files over the bound). `changed`: the paths
   * that may differ from the last snapshot; null: any may.
   */
  take(skip: readonly string[], changed: ReadonlySet<string> | null = null): Promise<Snapshot> {
    return this.#inTurn(() => this.#take(skip, changed))
  }

  async #take(skip: readonly string[], changed: ReadonlySet<string> | null): Promise<Snapshot> {
    const anew = await this.#refreshIndex()
    const few = anew || changed === null ? null : await this.#sort(changed, skip)
    if (few === null || !(await this.#addFew(few))) await this.#addAll(skip)
    const head = (await headFromFiles(this.#places.git)) ?? (await this.head())
    const tree = Sha.parse(await this.#git(['write-tree'], { index: this.#index }))
    if (this.#last !== null && this.#last.tree === tree && this.#last.head === head) return this.#last
    this.#last = { sha: await writeCommit(this.#places.git, tree, head, 'snapshot'), tree, head }
    return this.#last
  }

  async #addAll(skip: readonly string[]): Promise<void> {
    const exclude = skip.map((path) => `:(exclude,top,literal)${path}`)
    const added = await this.#git.try(['add', '-A', '--ignore-errors', '--', '.', ...exclude], { index: this.#index })
    // 1: some file could not be read; the rest is in. 128: nothing is.
    if (added.code !== 0 && added.code !== 1) throw new Error(`git add ended with ${added.code}: ${added.stderr.trim().slice(-2000)}`)
    await this.#dropGitlinks()
  }

  /** Looking through 2,000 files costs several times what these take. Null: the whole work tree has to be looked through. */
  async #sort(changed: ReadonlySet<string>, skip: readonly string[]): Promise<Few | null> {
    if (changed.size > MOST_BY_NAME) return null
    const few: Few = { there: [], gone: [] }
    for (const path of changed) {
      // With rules other files come and go; a name that is no text can't be told to git.
      if (path === '' || RULES.test(path) || path.includes('\ufffd')) return null
      if (skip.some((s) => path === s || path.startsWith(`${s.replace(/\/$/, '')}/`))) continue
      const at = await lstat(`${this.#places.workspace}/${path}`).catch(() => null)
      // A folder may have come with files that nobody told of, or be a repository.
      if (at?.isDirectory()) return null
      if (at === null) few.gone.push(path)
      else few.there.push(path)
    }
    return few
  }

  /** False: git did not take them by name (a folder on the way became a link, a file vanished). */
  async #addFew({ there, gone }: Few): Promise<boolean> {
    const env = { GIT_LITERAL_PATHSPECS: '1' }
    if (there.length > 0) {
      const added = await this.#git.try(['add', '-A', '--ignore-errors', '--pathspec-from-file=-', '--pathspec-file-nul'], { index: this.#index, env, input: nulList(there) })
      // 1: some is ignored, or could not be read; the rest is in.
      if (added.code !== 0 && added.code !== 1) return false
    }
    // A folder that was moved away is one name.
    if (gone.length > 0) await this.#git(['rm', '--cached', '-r', '-f', '-q', '--ignore-unmatch', '--pathspec-from-file=-', '--pathspec-file-nul'], { index: this.#index, env, input: nulList(gone) })
    return true
  }

  async head(): Promise<Sha> {
    return Sha.parse(await this.#git(['rev-parse', '--verify', 'HEAD^{commit}']))
  }

  /**
   * Ours keeps what it hashed (large untracked files are read once). The agent's is taken over again when it changed: it knows
   * files added in spite of an ignore rule. True: it was.
   */
  async #refreshIndex(): Promise<boolean> {
    // A lock at the first time was left by a process that was killed: nobody else writes this index.
    if (this.#copied === '') await rm(`${this.#index}.lock`, { force: true })
    const theirs = `${this.#places.git}/index`
    const at = await stat(theirs).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    const identity = at === null ? 'none' : `${at.ino} ${at.mtimeMs} ${at.size}`
    if (identity === this.#copied) return false
    if (at === null) await this.#git(['read-tree', 'HEAD'], { index: this.#index })
    else {
      await copyFile(theirs, `${this.#index}.new`)
      await rename(`${this.#index}.new`, this.#index)
    }
    this.#copied = identity
    return true
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
