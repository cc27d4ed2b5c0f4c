/** What the endpoint's headers say about limits: a subscription's window, and until when a refusal lasts. */
import type { IncomingHttpHeaders } from 'node:http'

const prefix = 'anthropic-ratelimit-'
const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

/** Seconds since 1970 or ISO, as the endpoint uses both. */
const time = (value: string | undefined): string | null => {
  if (!value) return null
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value)
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null
}

/** The fullest of a subscription's windows: `used` from 0 to 1. Null where the endpoint does not tell. */
export const windowOf = (headers: IncomingHttpHeaders): { used: number; resetsAt: string | null } | null => {
  let fullest: { used: number; resetsAt: string | null } | null = null
  for (const name of Object.keys(headers)) {
    const claim = /^anthropic-ratelimit-unified-(.+)-utilization$/.exec(name)?.[1]
    const used = claim === undefined ? Number.NaN : Number(first(headers[name]))
    if (Number.isFinite(used) && (!fullest || used > fullest.used)) fullest = { used, resetsAt: time(first(headers[`${prefix}unified-${claim}-reset`])) }
  }
  return fullest
}

/** Until when a 429 lasts: the subscription's reset, else Retry-After, else the latest reset of what is used up. */
export const limitedUntil = (headers: IncomingHttpHeaders, now: number): string | null => {
  const unified = time(first(headers[`${prefix}unified-reset`]))
  if (unified) return unified
  const after = first(headers['retry-after'])
  if (after && /^\d+$/.test(after)) return new Date(now + Number(after) * 1000).toISOString()
  if (after && Number.isFinite(Date.parse(after))) return new Date(Date.parse(after)).toISOString()
  const resets = Object.keys(headers).flatMap((name) => {
    const kind = /^anthropic-ratelimit-(.+)-reset$/.exec(name)?.[1]
    return kind && Number(first(headers[`${prefix}${kind}-remaining`])) === 0 ? [time(first(headers[name]))] : []
  })
  return resets.filter((one) => one !== null).toSorted().at(-1) ?? null
}
