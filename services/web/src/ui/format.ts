/** Numbers and times as the page writes them. */

/** Age in the shortest form that still says enough: 9s, 4m, 2h, 3d. */
export const age = (from: string | number, now: number): string => {
  const s = Math.max(0, Math.floor((now - (typeof from === 'number' ? from : Date.parse(from))) / 1000))
  if (s < 60) return `${s}s`
  if (s < 3600) return `${Math.floor(s / 60)}m`
  if (s < 86_400) return `${Math.floor(s / 3600)}h`
  return `${Math.floor(s / 86_400)}d`
}

/** Time until, in the same form; empty when it has passed. */
export const ahead = (until: string, now: number): string => {
  const left = Date.parse(until) - now
  return left > 0 ? age(now - left, now) : ''
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
export const timeOf = (at: string): string => clock.format(new Date(at))

export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

export const compact = (n: number): string =>
  n < 1000 ? String(n) : n < 999_500 ? `${(n / 1000).toFixed(n < 9950 ? 1 : 0)}k` : `${(n / 1e6).toFixed(1)}M`

export const dollars = (usd: number): string => (usd > 0 && usd < 0.01 ? '< $0.01' : `$${usd.toFixed(2)}`)

export const short = (sha: string): string => sha.slice(0, 8)
