/** Quantile of unsorted numbers by linear interpolation, q in 0..1. Throws on an empty list: a figure without a sample is a bug. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new Error('quantile of no values')
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] as number
  const high = sorted[Math.ceil(at)] as number
  return low + (high - low) * (at - Math.floor(at))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Ratio of each pair of one round: its quartiles say how much the ratio wanders. */
export function pairedRatios(ours: readonly number[], baseline: readonly number[]): number[] {
  return ours.map((ms, i) => ms / (baseline[i] ?? Number.NaN))
}
