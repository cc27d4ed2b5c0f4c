/** What was about to move when the process died: one small file per work tree, there from before the first change to after the last. */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'

export type Landing = { path: string; gitDir: string; ref: string; from: string; to: string }

const folder = (c: Context): string => join(c.stateDir, 'landing')
const fileOf = (c: Context, path: string): string => join(folder(c), `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`)

export const begin = (c: Context, l: Landing): void => {
  mkdirSync(folder(c), { recursive: true })
  const tmp = `${fileOf(c, l.path)}.new`
  writeFileSync(tmp, JSON.stringify(l))
  const fd = openSync(tmp, 'r')
  fsyncSync(fd)
  closeSync(fd)
  renameSync(tmp, fileOf(c, l.path))
}

export const end = (c: Context, l: Landing): void => rmSync(fileOf(c, l.path), { force: true })

export const unfinished = (c: Context): Landing[] =>
  !existsSync(folder(c)) ? [] : readdirSync(folder(c)).filter((f) => f.endsWith('.json')).map((f) => JSON.parse(readFileSync(join(folder(c), f), 'utf8')) as Landing)
