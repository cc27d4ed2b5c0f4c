/**
 * The word to go on, after a turn was cut off. The model is told so together with what waits for it, since that may be the answer to what it
 * would ask again; on its own where nothing waits, unless it waits for something itself.
 */

/** How long it is waited for the relay's word on what waits in the inbox: an older one never says it. */
const INBOX_MS = 10_000

/** Of the relay's inbox: nothing waits there, or what waits is held by a limit. */
export type InboxState = 'unknown' | 'held' | 'empty'

export class CutOff {
  /** `alone`: told also where nothing comes to be read with it. `until`: ms since the epoch. */
  #word: { words: string; alone: boolean; until: number } | null = null
  #inbox: InboxState = 'unknown'

  set(words: string, alone: boolean): void {
    this.#word = { words, alone, until: Date.now() + INBOX_MS }
  }

  inbox(state: InboxState): void {
    this.#inbox = state
  }

  get waits(): boolean {
    return this.#word !== null
  }

  /** To be told now; null: there is none, or it was told. */
  take(): string | null {
    const words = this.#word?.words ?? null
    this.#word = null
    return words
  }

  /** What it waited for stands in its conversation: nothing else will come. */
  nothingComes(): void {
    if (this.#word !== null) this.#word.alone = true
  }

  /** Milliseconds until it is told alone, 0 or less: now; null: not by itself. */
  aloneIn(): number | null {
    if (this.#word === null || !this.#word.alone || this.#inbox === 'held') return null
    return this.#inbox === 'empty' ? 0 : this.#word.until - Date.now()
  }
}
