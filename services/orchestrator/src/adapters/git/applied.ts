/** The note of what `applyToCheckout` did, for taking it back. Written before the first file moves. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionId, Sha } from '@orchestra/contracts'
import type { Context } from './context.ts'

export type Applied = {
  /** HEAD at that moment. */
  before: Sha
  /** Commit: HEAD with the session's changes; pinned. */
  after: Sha
  /** False while files move: a process that finds it so takes the rest back. */
  done: boolean
}

const folder = (c: Context): string => join(c.stateDir, 'applied')
const fileOf = (c: Context, session: SessionId): string => join(folder(c), `${session}.json`)

export const readApplied = (c: Context, session: SessionId): Applied | null =>
  existsSync(fileOf(c, session)) ? JSON.parse(readFileSync(fileOf(c, session), 'utf8')) as Applied : null

export const writeApplied = (c: Context, session: SessionId, a: Applied): void => {
  mkdirSync(folder(c), { recursive: true })
  writeFileSync(`${fileOf(c, session)}.new`, JSON.stringify(a))
  renameSync(`${fileOf(c, session)}.new`, fileOf(c, session))
}

export const forgetApplied = (c: Context, session: SessionId): void => rmSync(fileOf(c, session), { force: true })

export const appliedRecords = (c: Context): { session: SessionId; record: Applied }[] =>
  (existsSync(folder(c)) ? readdirSync(folder(c)) : []).filter((f) => f.endsWith('.json')).flatMap((f) => {
    const session = f.slice(0, -5) as SessionId
    const record = readApplied(c, session)
    return record ? [{ session, record }] : []
  })
