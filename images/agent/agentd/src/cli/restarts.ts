/** A CLI that crashed is started again with its conversation, a few times; one that ended by itself waits until there is mail. */
import { setTimeout as after } from 'node:timers'
import { background, log } from '../log.ts'

const WINDOW_MS = 5 * 60_000
const MAX_IN_WINDOW = 4

export class Restarts {
  readonly #restart: () => Promise<void>
  readonly #allowed: () => boolean
  #recent: number[] = []
  #pending = false

  constructor(restart: () => Promise<void>, allowed: () => boolean) {
    this.#restart = restart
    this.#allowed = allowed
  }

  exited(code: number | null): void {
    if (code !== 0) this.wanted()
  }

  wanted(): void {
    if (this.#pending || !this.#allowed()) return
    this.#recent = this.#recent.filter((at) => at > Date.now() - WINDOW_MS)
    if (this.#recent.length >= MAX_IN_WINDOW) {
      log('the CLI ends again and again: it is left alone for some minutes')
      return
    }
    this.#pending = true
    const wait = 200 * 4 ** this.#recent.length
    this.#recent.push(Date.now())
    after(() => {
      this.#pending = false
      if (this.#allowed()) background('restarting the CLI', this.#restart())
    }, wait)
  }
}
