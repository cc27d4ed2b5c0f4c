/** How often the CLI's inbox may be written to: it takes about 30 at once, then one in two seconds, and drops the rest without a word. */
const BURST = 20
const REFILL_MS = 2200

export class Permits {
  #left = BURST
  #refilled = Date.now()

  /** Milliseconds until one is there; 0 takes it. */
  take(): number {
    const now = Date.now()
    const grown = Math.floor((now - this.#refilled) / REFILL_MS)
    if (grown > 0) {
      this.#left = Math.min(BURST, this.#left + grown)
      this.#refilled += grown * REFILL_MS
    }
    if (this.#left === 0) return this.#refilled + REFILL_MS - now
    this.#left -= 1
    return 0
  }
}
