/** A text cut where searched words begin: each word counts at the beginning of a word, as the search finds it. */
export const pieces = (text: string, searched: string): { text: string; hit: boolean }[] => {
  const words = searched.match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0) return [{ text, hit: false }]
  const found = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join('|')})`, 'giu')
  return text.split(found).map((piece, n) => ({ text: piece, hit: n % 2 === 1 })).filter((p) => p.text !== '')
}
