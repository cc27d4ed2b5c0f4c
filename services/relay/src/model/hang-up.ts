/**
 * A session that hangs up ends its request at the endpoint, but not before the endpoint has said what it took: what is asked for has to be
 * counted, or asking and hanging up would be free. A streamed answer says so with its first event, any other when it is written.
 */

/** How long it may take to say so. Longer than a connection may take to be made: one that never was has taken nothing. */
export const SAY_WITHIN = 15_000

export type HangUp = {
  /** The session hung up. */
  gone: AbortSignal
  /** Ends the request. */
  signal: AbortSignal
  /** The endpoint has said it: from now on hanging up ends the request at once. */
  known(): void
}

export const hangUp = (gone: AbortSignal, within = SAY_WITHIN): HangUp => {
  const end = new AbortController()
  let said = false
  const hungUp = (): void => {
    if (said) return end.abort()
    setTimeout(() => end.abort(), within).unref()
  }
  if (gone.aborted) hungUp()
  else gone.addEventListener('abort', hungUp, { once: true })
  return {
    gone,
    signal: end.signal,
    known() {
      if (said) return
      said = true
      if (gone.aborted) end.abort()
    },
  }
}
