/**
 * usage: run.ts [--only FAMILY[/NAME]] [--prove] [--list] [--keep] [--on DIR]
 * Plays the attacks on one stack, and shows for each family that it can fail: with a guard taken away the same attacks get
 * through. `--prove`: those proofs alone. Last line: `attacks: N tried, N got through`.
 */
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { play } from './frame/play.ts'
import type { Verdict } from './frame/play.ts'
import { readFamilies } from './frame/read.ts'
import type { Family } from './frame/read.ts'
import { startTarget } from './frame/target.ts'
import type { Target } from './frame/target.ts'

const { values } = parseArgs({ options: { only: { type: 'string' }, prove: { type: 'boolean' }, list: { type: 'boolean' }, keep: { type: 'boolean' }, on: { type: 'string' } } })
const say = (line: string): void => console.log(line)
const indent = (text: string): string => text.replace(/^/gm, '         ')

const count = { tried: 0, through: 0, failed: 0, proofs: 0 }

const attackAll = async (t: Target, family: Family): Promise<void> => {
  for (const { name, attack } of family.attacks) {
    let verdict: Verdict = await play(t, attack)
    // Says nothing about the guard, so it is tried once more; what got through never is.
    if (verdict.kind === 'not carried out') {
      say(`  once more ${family.name}/${name}, which was not carried out: ${verdict.text.split('\n')[0] ?? ''}`)
      // What was committed in a session stays in its history; the attacks of other families know their sessions by name.
      verdict = await play(family.name === 'git' ? t.anew() : t, attack)
    }
    count.tried++
    if (verdict.kind === 'through') count.through++
    if (verdict.kind === 'not carried out') count.failed++
    const mark = verdict.kind === 'held' ? 'held' : verdict.kind === 'through' ? 'GOT THROUGH' : 'NOT CARRIED OUT'
    say(`  ${mark} ${family.name}/${name} (${verdict.seconds.toFixed(1)} s)\n${indent(`tried: ${attack.tries}\n${verdict.kind === 'held' ? 'saw' : attack.success}: ${verdict.text}`)}`)
  }
}

/** A family is shown to be able to fail when every attack that it names gets through without the guard. */
const prove = async (t: Target, family: Family): Promise<void> => {
  count.proofs++
  if (family.proofs.length === 0) {
    count.failed++
    return say(`  NO PROOF ${family.name}: it has no unguarded.ts, so nothing shows that it can fail`)
  }
  const known = new Map((await readFamilies(family.name))[0]?.attacks.map((a) => [a.name, a.attack]))
  for (const { off, name, target } of family.proofs.flatMap((p) => p.attacks.map((name) => ({ ...p, name })))) {
    const attack = known.get(name)
    const unguarded = await target(t)
    try {
      const verdict: Verdict = attack === undefined ? { kind: 'not carried out', text: 'there is no such attack', seconds: 0 } : await play(unguarded.target, attack)
      if (verdict.kind !== 'through') count.failed++
      say(`  ${verdict.kind === 'through' ? 'proof' : 'NO PROOF'} ${family.name}/${name}, ${off} (${verdict.seconds.toFixed(1)} s)\n${indent(`${verdict.kind === 'through' ? 'got through' : verdict.kind}: ${verdict.text}`)}`)
    } finally {
      await unguarded.close()
    }
  }
}

const families = await readFamilies(values.only ?? null)
if (values.list) {
  for (const f of families) for (const { name, attack } of f.attacks) say(`${f.name}/${name}\t${attack.tries}`)
} else {
  const since = performance.now()
  const t = await startTarget(say, values.on)
  say(`the stack stands (${((performance.now() - since) / 1000).toFixed(1)} s)`)
  try {
    for (const family of families) {
      say(`\n${family.name}`)
      if (!values.prove) await attackAll(t, family)
      if (!values.only?.includes('/')) await prove(t, family)
    }
  } finally {
    if (values.keep || values.on) say(`\nkept: --on ${dirname(t.project)}`)
    else await t.close()
  }
  say(`\n${((performance.now() - since) / 1000).toFixed(0)} s, ${count.proofs} families shown to be able to fail, ${count.failed} not carried out or not proven`)
  say(`attacks: ${count.tried} tried, ${count.through} got through`)
  process.exitCode = count.through + count.failed > 0 ? 1 : 0
}
