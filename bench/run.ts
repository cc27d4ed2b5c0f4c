/**
 * usage: npm run bench [-- --rounds N] [--only spawn,message,diff,import]
 * Four figures on one stack of their own, each beside its baseline in interleaved rounds: medians, paired ratios with quartiles, and
 * where the time goes. Nothing fails on a slow machine: the last line says which goals were met.
 */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { diffFigure } from './figures/diff.ts'
import { importFigure } from './figures/import.ts'
import { messageFigure } from './figures/message.ts'
import { spawnFigure } from './figures/spawn.ts'
import { interleave } from './interleave.ts'
import { report } from './report.ts'
import { startRig } from './rig.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' }, only: { type: 'string', default: 'spawn,message,diff,import' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number from 1, not ${values.rounds}`)
const wanted = new Set(values.only.split(','))
const say = (line: string): void => console.log(line)

const shots = resolve(import.meta.dirname, '../test-results/bench')
mkdirSync(shots, { recursive: true })
const rig = await startRig(resolve(import.meta.dirname, 'scenario'), shots, say)
const verdicts: string[] = []
try {
  await rig.quiet('designer')
  if (['message', 'diff', 'import'].some((name) => wanted.has(name))) {
    for (const name of ['sender', 'receiver']) {
      await rig.command('session.spawn', { name, instructions: 'Wait for messages.' })
      await rig.quiet(name)
    }
  }
  const figures = [
    ...(wanted.has('spawn') ? [spawnFigure(rig)] : []),
    ...(wanted.has('message') ? [messageFigure(rig)] : []),
    ...(wanted.has('diff') ? [await diffFigure(rig)] : []),
    ...(wanted.has('import') ? [await importFigure(rig)] : []),
  ]
  for (const figure of figures) {
    say(`\n${figure.name}: ${figure.what}`)
    const { lines, met } = report(await interleave(figure, rounds, say))
    for (const line of lines) say(line)
    if (met !== null) verdicts.push(`${figure.name} ${met ? 'met' : 'missed'}`)
  }
} finally {
  await rig.close()
}
say(`\nbench: ${verdicts.join(', ')}`)
