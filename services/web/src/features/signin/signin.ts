/** The one-time token of the address that the launcher prints: `#token=…`, which no server ever sees in a log. */
export const tokenIn = (hash: string): string | null => {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')
  return token && token.length <= 500 ? token : null
}
