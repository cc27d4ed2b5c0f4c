/** Ids of messages that the model got, kept in the home volume: a message that is brought again only gets its receipt again. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from '../log.ts'

const KEEP = 10_000

export class Delivered {
  readonly #path: string
  readonly #ids = new Set<string>()

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    let text = ''
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    const lines = text.split('\n').filter((line) => line.length === 36)
    for (const id of lines.slice(-KEEP)) this.#ids.add(id)
    if (lines.length > KEEP) {
      writeFileSync(`${path}.new`, `${lines.slice(-KEEP).join('\n')}\n`)
      renameSync(`${path}.new`, path)
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  add(ids: readonly string[]): void {
    for (const id of ids) this.#ids.add(id)
    appendFileSync(this.#path, ids.map((id) => `${id}\n`).join(''))
  }
}
