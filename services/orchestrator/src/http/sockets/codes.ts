/** Close codes of our WebSockets, beside 1000 (done) and 1001 (stopping). A client reconnects with a new ticket on all but `signedOut` and `unknown`. */
export const closeCodes = { signedOut: 4401, unknown: 4404, slowReader: 4408, upstreamGone: 4502 } as const

/** A close frame's reason holds 123 bytes. */
export const reason = (text: string): string => {
  let cut = text
  while (Buffer.byteLength(cut) > 123) cut = cut.slice(0, -1)
  return cut
}
