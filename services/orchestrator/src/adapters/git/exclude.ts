/** Ignore rules of the person, handed to git as a file of ours. */
import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'

/** The checkout's own index, for reading: git takes no lock on it (GIT_OPTIONAL_LOCKS=0). */
export const ownIndex = (c: Context): string => join(c.place().gitDir, 'index')

export const withExcludes = async <T>(c: Context, rules: string, use: (file: string) => Promise<T>): Promise<T> => {
  const file = join(c.stateDir, `rules-${randomUUID()}`)
  writeFileSync(file, rules)
  try {
    return await use(file)
  } finally {
    rmSync(file, { force: true })
  }
}
