/**
 * Ids of messages that the model got, kept in the home volume: a message that is brought again only gets its receipt again. A line is an
 * id, or `+` and an id whose message the model has gone on from: who dies in between still says so, at the next sign of life.
 */
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { textNowIn } from '../files.ts'

const KEEP = 20_000

export class Delivered {
  readonly #path: string
  readonly #ids = new Set<string>()
  readonly #unseen = new Set<string>()

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    const lines = (textNowIn(path) ?? '').split('\n').filter((line) => /^\+?[0-9a-f-]{36}$/.test(line))
    for (const line of lines.slice(-KEEP)) {
      if (line.startsWith('+')) this.#unseen.delete(line.slice(1))
      else {
        this.#ids.add(line)
        this.#unseen.add(line)
      }
    }
    if (lines.length > KEEP) {
      writeFileSync(`${path}.new`, `${lines.slice(-KEEP).join('\n')}\n`)
      renameSync(`${path}.new`, path)
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  wasSeen(id: string): boolean {
    return this.#ids.has(id) && !this.#unseen.has(id)
  }

  add(ids: readonly string[]): void {
    for (const id of ids) {
      this.#ids.add(id)
      this.#unseen.add(id)
    }
    appendFileSync(this.#path, ids.map((id) => `${id}\n`).join(''))
  }

  /** Those that the model has now gone on from, each once. */
  see(): string[] {
    const ids = [...this.#unseen]
    if (ids.length > 0) appendFileSync(this.#path, ids.map((id) => `+${id}\n`).join(''))
    this.#unseen.clear()
    return ids
  }
}
