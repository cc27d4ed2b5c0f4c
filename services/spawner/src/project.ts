/** What of the person's project goes into a mount, read from the project itself and looked at without following links. */
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'

const isRealFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/**
 * `.orchestra/spec` of the project. The engine resolves a bind's source by path, so a link in its place would hand another
 * folder of the host to the designer: every component below the project must be a folder itself.
 */
export const specFolder = (projectDir: string): Result<string> => {
  const top = realpathSync(projectDir)
  for (const path of [join(top, '.orchestra'), join(top, '.orchestra', 'spec')]) {
    if (!isRealFolder(path)) return fail(problem('engine_failed', `${path} is missing or not a folder of its own.`, { about: path, next: 'Replace what stands there (a link, a file) by a folder, then retry.' }))
  }
  return ok(join(top, '.orchestra', 'spec'))
}

const alternatesOf = (objects: string): string[] => {
  try {
    return readFileSync(join(objects, 'info', 'alternates'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => (isAbsolute(line) ? resolve(line) : resolve(objects, line)))
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw e
  }
}

/** The repository's object folders: its own and, as git follows them, those that alternates name (git stops at 5 levels). */
export const objectFolders = (projectDir: string): string[] => {
  const own = realpathSync(join(projectDir, '.git', 'objects'))
  const found = [own]
  let level = [own]
  for (let depth = 0; depth < 5 && level.length > 0; depth++) {
    level = level.flatMap((dir) => (lstatSync(dir, { throwIfNoEntry: false }) === undefined ? [] : alternatesOf(dir))).filter((dir) => !found.includes(dir))
    found.push(...level)
  }
  return found.filter((dir, i) => !found.some((other, j) => j !== i && dir.startsWith(`${other}/`)))
}
