/**
 * usage: run.ts [--only NAME[,NAME]] [--quick] [--list] [--keep] [--help]
 * Breaks a real stack on purpose, one fault after the other, and holds what was acknowledged against what is there.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { check, extent, glance } from './frame/checker.ts'
import type { Fault } from './frame/fault.ts'
import { findFaults } from './frame/find.ts'
import { openRig } from './frame/rig.ts'
import type { Rig } from './frame/rig.ts'

const HELP = `npm run faults -- [--only NAME[,NAME]] [--quick] [--list] [--keep]

Breaks a real stack on purpose and checks that nothing that was acknowledged is lost, doubled or left behind.
  --only NAME    a fault, or all of a file or family (crash-spawn); several with commas or by repeating
  --quick        the subset that npm test runs
  --list         names and promises, nothing is run
  --keep         leaves the stack of a fault that was not survived standing, to look at
Last line: "faults: N survived, 0 lost". One that could not be carried out counts as lost, unless this machine is why: those are named.`

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean' }, list: { type: 'boolean' }, keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
const say = (line: string): void => console.log(line)
const results = join(import.meta.dirname, '../../test-results/faults')

const fileOf = (name: string): string => join(results, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.log`)

const evidence = async (rig: Rig, name: string): Promise<void> => {
  mkdirSync(results, { recursive: true })
  const file = fileOf(name)
  writeFileSync(file, `${JSON.stringify(rig.history, null, 1)}\n\n${await rig.stack.logs()}`)
  say(`         history and the services' logs: ${file}`)
}

/** What was lost, in sentences. */
const carryOut = async (rig: Rig, fault: Fault): Promise<string[]> => {
  rig.history.excused.clear()
  try {
    await fault.run(rig, { quick: values.quick === true })
  } catch (e) {
    return [e instanceof Error ? e.message : String(e), ...(await glance(rig).catch((x: unknown) => [`and the checker could not look: ${String(x)}`]))]
  }
  return check(rig)
}

/** The next fault starts with none of this one's sessions. What their conversations said was checked. */
const tidy = async (rig: Rig): Promise<void> => {
  for (const s of (await rig.client.state()).sessions) if (s.role === 'executor' && s.status !== 'deleted') await rig.client.must('session.delete', { session: s.id, confirmed: true })
}

const play = async (name: string, fault: Fault, rig: Rig): Promise<boolean> => {
  const since = performance.now()
  rmSync(fileOf(name), { force: true })
  const lost = await carryOut(rig, fault).catch((e: unknown) => [`the checker could not look: ${e instanceof Error ? e.message : String(e)}`])
  const seconds = `${((performance.now() - since) / 1000).toFixed(0)} s`
  say(lost.length === 0 ? `survived ${name} (${seconds}; ${extent(rig)})` : `LOST     ${name} (${seconds}): ${fault.promise}`)
  for (const line of lost.slice(0, 20)) say(`         ${line.replaceAll('\n', '\n         ')}`)
  if (lost.length > 20) say(`         and ${lost.length - 20} more`)
  if (lost.length > 0) await evidence(rig, name).catch((e: unknown) => say(`         the evidence could not be kept: ${String(e)}`))
  return lost.length === 0
}

const main = async (): Promise<void> => {
  const all = await findFaults()
  const only = values.only?.flatMap((n) => n.split(',')).filter((n) => n !== '')
  const unknown = only?.filter((n) => ![...all.keys()].some((name) => name === n || name.startsWith(`${n}/`))) ?? []
  if (unknown.length > 0) {
    say(`There is no fault ${unknown.join(', ')}. --list names them.`)
    process.exit(2)
  }
  const chosen = [...all].filter(([name, f]) => (only === undefined || only.some((n) => name === n || name.startsWith(`${n}/`))) && (!values.quick || f.quick === true))
  if (values.list) {
    for (const [name, f] of chosen) say(`${f.quick ? '*' : ' '} ${name.padEnd(58)} ${f.promise}`)
    say(`${chosen.length} faults; * also in npm test`)
    return
  }
  let survived = 0
  let lost = 0
  const notHere: string[] = []
  let shared: Rig | null = null
  for (const [name, fault] of chosen) {
    const why = (await fault.impossible?.()) ?? null
    if (why !== null) {
      notHere.push(`${name}: ${why}`)
      continue
    }
    let rig: Rig
    try {
      rig = fault.ownStack ? await openRig(say, fault) : (shared ??= await openRig(say))
    } catch (e) {
      say(`LOST     ${name}: the stack did not come up: ${e instanceof Error ? e.message : String(e)}`)
      lost += 1
      continue
    }
    const kept = await play(name, fault, rig)
    if (kept) survived += 1
    else lost += 1
    // What one fault broke is not the next one's to answer for.
    const leave = !kept && values.keep === true
    if (leave) say(`         kept: ${rig.stack.install}, ${rig.stack.project}`)
    if (!fault.ownStack && kept) await tidy(rig)
    if (fault.ownStack || !kept) {
      if (!leave) await rig.close()
      if (!fault.ownStack) shared = null
    }
  }
  await shared?.close()
  for (const line of notHere) say(`not carried out here: ${line}`)
  say(`faults: ${survived} survived, ${lost} lost`)
  process.exitCode = lost > 0 || survived === 0 ? 1 : 0
}

if (values.help) say(HELP)
else await main()
