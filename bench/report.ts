import type { Outcome } from './interleave.ts'
import { median, pairedRatios, quantile } from './statistics.ts'

const ms = (value: number): string => `${value.toFixed(0)} ms`

/** In the order in which they happen, each with its distance from the one before. */
const stepLines = (steps: Outcome['steps']): string[] => {
  let before = 0
  return Object.entries(steps).map(([step, values]): [string, number[]] => [step, values]).sort((a, b) => median(a[1]) - median(b[1])).map(([step, values]) => {
    const at = median(values)
    const line = `    ${step.padEnd(34)} ${ms(at).padStart(9)}  +${(at - before).toFixed(0)} (quartiles ${quantile(values, 0.25).toFixed(0)}–${quantile(values, 0.75).toFixed(0)})`
    before = at
    return line
  })
}

const workLines = (what: string, work: Record<string, number[]>): string[] => {
  const parts = Object.entries(work).map(([part, values]): [string, number] => [part, median(values)])
  return parts.length === 0 ? [] : [`    ${what}: ${parts.map(([part, at]) => `${part} ${at.toFixed(0)}`).join(', ')} ms`]
}

/** One figure as lines for a person: medians, ratio with its quartiles, the goal, and where the time goes. */
export function report({ figure, ours, baseline, steps, work, faults }: Outcome): { lines: string[]; met: boolean | null } {
  const mine = median(ours)
  const theirs = median(baseline)
  const ratios = pairedRatios(ours, baseline)
  const ratio = mine / theirs
  const met = figure.goal === null ? null : figure.goal.kind === 'ratio' ? ratio <= figure.goal.most : mine - theirs <= figure.goal.most
  const verdict = figure.goal === null ? 'no goal' : `goal ${figure.goal.kind === 'ratio' ? `≤ ${figure.goal.most} ×` : `≤ +${figure.goal.most} ms`}: ${met ? 'met' : 'missed'}`
  return {
    met,
    lines: [
      `${figure.name}: ${ms(mine)} against ${ms(theirs)} (${figure.baselineIs})`,
      `  ratio ${ratio.toFixed(2)} (quartiles ${quantile(ratios, 0.25).toFixed(2)}–${quantile(ratios, 0.75).toFixed(2)}), difference ${ms(mine - theirs)}, ${ours.length} rounds; ${verdict}`,
      ...stepLines(steps),
      ...workLines('processor time', work.ours),
      ...workLines('processor time of the baseline', work.baseline),
      ...[...new Set(faults)].map((fault) => `    ${faults.filter((f) => f === fault).length} of ${ours.length} rounds: ${fault}`),
    ],
  }
}
