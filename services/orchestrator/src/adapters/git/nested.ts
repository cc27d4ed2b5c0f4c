/** Repositories inside a worktree, found by walking it from descriptor to descriptor: no link is entered, nothing is opened. */
import { setImmediate as breathe } from 'node:timers/promises'
import { type Raw, rawOf, textOf } from './bytes.ts'
import { Unreachable, withDir } from './nofollow.ts'

/** An agent decides how many folders there are; what lies beyond is not looked at. */
const MOST_FOLDERS = 50_000
const MOST_FOUND = 100
/** Folders between two turns of the event loop: 5,000 files take about 8 ms in all. */
const BATCH = 200

/** What git takes for a gitdir when it stands in one. */
const isBare = (names: ReadonlySet<Raw>): boolean => names.has('HEAD') && names.has('objects') && names.has('refs')

type Look = { folders: Raw[]; nested: boolean }

const lookInto = (top: string, folder: Raw): Look =>
  withDir(top, folder, {}, (d) => {
    const names = d.names()
    const all = new Set(names)
    const nested = folder !== '' && (names.some((n) => n.toLowerCase() === '.git') || isBare(all))
    return { nested, folders: names.filter((n) => n !== '.git' && d.lstat(n)?.isDirectory() === true).map((n) => (folder === '' ? n : `${folder}/${n}`)) }
  }) ?? { folders: [], nested: false }

/** At most a hundred. A folder that can't be read, or is gone meanwhile, is passed over. */
export const nestedRepositories = async (top: string, known: ReadonlySet<string>): Promise<string[]> => {
  const found: string[] = []
  const skip = new Set([...known].map(rawOf))
  const waiting: Raw[] = ['']
  for (let n = 0; n < MOST_FOLDERS && waiting.length > 0 && found.length < MOST_FOUND; n++) {
    const folder = waiting.pop() as Raw
    if (n % BATCH === BATCH - 1) await breathe()
    try {
      const { folders, nested } = lookInto(top, folder)
      if (nested) found.push(textOf(folder))
      waiting.push(...folders.filter((f) => !skip.has(f)))
    } catch (e) {
      if (!(e instanceof Unreachable) && !['ENOENT', 'EACCES', 'ENAMETOOLONG', 'ENOTDIR', 'ELOOP'].includes((e as NodeJS.ErrnoException).code ?? '')) throw e
    }
  }
  return found.sort()
}
