import type { Outcome } from './interleave.ts'
import { median, pairedRatios, quantile } from './statistics.ts'

const ms = (value: number): string => `${value.toFixed(0)} ms`

/** One figure as lines for a person: medians, ratio with its quartiles, the goal, and where the time goes. */
export function report({ figure, ours, baseline, steps }: Outcome): { lines: string[]; met: boolean } {
  const mine = median(ours)
  const theirs = median(baseline)
  const ratios = pairedRatios(ours, baseline)
  const ratio = mine / theirs
  const met = figure.goal.kind === 'ratio' ? ratio <= figure.goal.most : mine - theirs <= figure.goal.most
  const goal = figure.goal.kind === 'ratio' ? `≤ ${figure.goal.most} ×` : `≤ +${figure.goal.most} ms`
  return {
    met,
    lines: [
      `${figure.name}: ${ms(mine)} against ${ms(theirs)} (${figure.baselineIs})`,
      `  ratio ${ratio.toFixed(2)} (quartiles ${quantile(ratios, 0.25).toFixed(2)}–${quantile(ratios, 0.75).toFixed(2)}), difference ${ms(mine - theirs)}, ${ours.length} rounds; goal ${goal}: ${met ? 'met' : 'missed'}`,
      ...Object.entries(steps).map(([step, values]) => `    ${step.padEnd(34)} ${ms(median(values))}`),
    ],
  }
}
