/**
 * Two ways of reaching the same end, timed in turn in one run, so that what else the machine does hits both.
 * A speed is a ratio of medians beside its spread; it is printed, never asserted by a test.
 */

export type Sample = {
  ms: number
  /** Where the time goes: milliseconds after the start, by step. */
  steps: Record<string, number>
  /** Milliseconds of processor time, by container. */
  work?: Record<string, number>
  /** What was not as it should be, though it came to an end. */
  fault?: string | null
}

/** One figure: how it is measured here and by hand, and what it is held against. */
export type Figure = {
  name: string
  what: string
  baselineIs: string
  /** `ratio`: ours / baseline at most `most`. `extra`: ours − baseline at most `most` ms. Null: it is only measured. */
  goal: { kind: 'ratio' | 'extra'; most: number } | null
  ours(round: number): Promise<Sample>
  baseline(round: number): Promise<Sample>
}

export type Outcome = { figure: Figure; ours: number[]; baseline: number[]; steps: Record<string, number[]>; work: Record<Side, Record<string, number[]>>; faults: string[] }
type Side = 'ours' | 'baseline'

/** Rounds alternate which of the two goes first. The first round warms both and is thrown away. */
export async function interleave(figure: Figure, rounds: number, say: (line: string) => void): Promise<Outcome> {
  const out: Outcome = { figure, ours: [], baseline: [], steps: {}, work: { ours: {}, baseline: {} }, faults: [] }
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['baseline', 'ours'] as const) : (['ours', 'baseline'] as const)
    for (const side of order) {
      const sample = await figure[side](round)
      if (round === 0) continue
      out[side].push(sample.ms)
      if (sample.fault) out.faults.push(sample.fault)
      for (const [part, ms] of Object.entries(sample.work ?? {})) (out.work[side][part] ??= []).push(ms)
      if (side === 'ours') for (const [step, ms] of Object.entries(sample.steps)) (out.steps[step] ??= []).push(ms)
    }
    if (round > 0) say(`  ${figure.name} ${round}/${rounds}: ${out.ours.at(-1)?.toFixed(0)} ms, baseline ${out.baseline.at(-1)?.toFixed(0)} ms`)
  }
  return out
}
