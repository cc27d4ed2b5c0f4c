/** The CLI hands a text back as posted, but for the ends. */
export const normal = (text: string): string => text.replaceAll('\r\n', '\n').trim()

/** Texts that were posted more than once, and how many copies of each are still to come. By their normal form. */
export class Copies {
  readonly #left = new Map<string, number>()

  of(key: string): number {
    return this.#left.get(key) ?? 0
  }

  expect(key: string, copies: number): void {
    this.#left.set(key, copies)
  }

  /** One has come. */
  came(key: string): void {
    const left = this.of(key) - 1
    if (left > 0) this.#left.set(key, left)
    else this.#left.delete(key)
  }

  clear(): void {
    this.#left.clear()
  }
}
