import { bounds } from '../bounds.ts'

/**
 * How many of the waiting texts go together: as many as fit the bound for one prompt, at least one. The CLI takes few messages
 * in a row, so what waits is handed over at once.
 */
export const batchSize = (texts: readonly string[]): number => {
  let bytes = 0
  let count = 0
  for (const text of texts.slice(0, bounds.batchMessages)) {
    bytes += Buffer.byteLength(text)
    if (count > 0 && bytes > bounds.batchText) break
    count += 1
  }
  return count
}
