/** Reading what may not be there yet, or was cut short by the death of who wrote it. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { codeOf } from './log.ts'

/** Null: there is no such file. */
export const textIn = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })

/** As `textIn`, for what is needed before anything else can go on. */
export const textNowIn = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Null: it is no JSON. */
export const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
