/**
 * Two ways of reaching the same end, timed in turn in one run, so that what else the machine does hits both.
 * A speed is a ratio of medians beside its spread; it is printed, never asserted by a test.
 */

export type Sample = { ms: number; steps: Record<string, number> }

/** One figure: how it is measured here and by hand, and what it is held against. */
export type Figure = {
  name: string
  what: string
  baselineIs: string
  /** `ratio`: ours / baseline at most `most`. `extra`: ours − baseline at most `most` ms. */
  goal: { kind: 'ratio' | 'extra'; most: number }
  ours(round: number): Promise<Sample>
  baseline(round: number): Promise<Sample>
}

export type Outcome = { figure: Figure; ours: number[]; baseline: number[]; steps: Record<string, number[]> }

/** Rounds alternate which of the two goes first. The first round warms both and is thrown away. */
export async function interleave(figure: Figure, rounds: number, say: (line: string) => void): Promise<Outcome> {
  const out: Outcome = { figure, ours: [], baseline: [], steps: {} }
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['baseline', 'ours'] as const) : (['ours', 'baseline'] as const)
    for (const side of order) {
      const sample = await figure[side](round)
      if (round === 0) continue
      out[side].push(sample.ms)
      if (side === 'ours') for (const [step, ms] of Object.entries(sample.steps)) (out.steps[step] ??= []).push(ms)
    }
    if (round > 0) say(`  ${figure.name} ${round}/${rounds}: ${out.ours.at(-1)?.toFixed(0)} ms, baseline ${out.baseline.at(-1)?.toFixed(0)} ms`)
  }
  return out
}
