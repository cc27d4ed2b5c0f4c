/** New items as one sentence: "3 new: question from auth, search complete, error from billing". */
export const sentence = (items: { word: string; session: string | null }[]): string => {
  if (items.length === 0) return ''
  const said = items.slice(0, 3).map(({ word, session }) => (session ? `${word} from ${session}` : word))
  const rest = items.length - said.length
  return `${items.length} new: ${said.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`
}
