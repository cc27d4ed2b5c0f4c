export type Entry = { id: string; words: string; hint: string; key?: string; run: () => void }

/** Entries that hold every word that was typed; those that begin with the first one come first. */
export const matching = (entries: Entry[], typed: string): Entry[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const first = words[0]
  if (first === undefined) return entries
  const found = entries.filter((e) => words.every((w) => e.words.toLowerCase().includes(w)))
  const starts = (e: Entry) => e.words.toLowerCase().startsWith(first)
  return [...found.filter(starts), ...found.filter((e) => !starts(e))]
}
