/**
 * usage: soak.ts [--minutes N] [--seed S] [--agents N] [--help]
 * Scripted agents work, people send, spawn, merge and delete, and every few seconds something dies. The same seed makes the same
 * choices in the same order; when they meet what is under way depends on the machine. Ends with the checker of the fault suite.
 */
import { parseArgs } from 'node:util'
import { check, extent } from './frame/checker.ts'
import { approved } from './frame/merging.ts'
import { forSeconds, openRig } from './frame/rig.ts'
import type { Rig, Service } from './frame/rig.ts'
import { seeded } from './frame/seeded.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' }, agents: { type: 'string', default: '8' }, help: { type: 'boolean', short: 'h' } } })
const say = (line: string): void => console.log(line)
/** Of people and of what breaks: apart, since which of them draws next depends on the machine. */
const random = seeded(Number(values.seed))
const chance = seeded(Number(values.seed) + 1_000_003)
/** Four times within the hour would be a container that can't live, which is left to the person. */
const KILLS_EACH = 3
const kills = new Map<string, number>()
const until = Date.now() + Number(values.minutes) * 60_000
const FAULT_EVERY_S = [3, 12] as const

const services: Service[] = ['orchestrator', 'relay', 'spawner', 'nats', 'postgres', 'web']
/** What breaks, and how it comes back. */
const breakages: Record<string, (rig: Rig, agents: string[]) => Promise<void>> = {
  ...Object.fromEntries(services.map((s) => [`kill -9 ${s}`, async (rig: Rig) => { await rig.kill(s); await forSeconds(chance.between(0, 4)); await rig.start(s); await rig.healthy(s, 90_000) }])),
  ...Object.fromEntries((['relay', 'nats', 'postgres', 'orchestrator'] as const).map((s) => [`freeze ${s}`, async (rig: Rig) => { await rig.docker('pause', rig.service(s)); await forSeconds(chance.between(2, 8)); await rig.docker('unpause', rig.service(s)) }])),
  'kill -9 a session\'s container': async (rig, agents) => {
    const can = agents.filter((a) => (kills.get(a) ?? 0) < KILLS_EACH)
    if (can.length === 0) return
    const victim = chance.of(can)
    kills.set(victim, (kills.get(victim) ?? 0) + 1)
    await rig.docker('kill', '--signal', 'KILL', rig.container(victim))
  },
  'kill -9 a session\'s CLI': async (rig, agents) => { await rig.inside(chance.of(agents), "pkill -9 -f '^claude ' || true") },
}

const act = async (rig: Rig, agents: string[], n: number): Promise<void> => {
  const id = random.of(agents)
  const kind = random.of(['tell', 'tell', 'tell', 'commit', 'commit', 'merge', 'replace'] as const)
  if (kind === 'tell') return void (await rig.tell(id, `Soak word ${n}.`))
  if (kind === 'commit') return void (await rig.tell(id, `#do echo ${n} > soak-${n}.txt && git add soak-${n}.txt && git commit -qm 'Soak ${n}' #end`))
  if (kind === 'merge') {
    const merge = await rig.client.command('merge.request', { session: id as never }, { patienceMs: 120_000 })
    if (merge.ok) await approved(rig, merge.value.merge).catch(() => undefined) // refused or moved: the checker looks at what came of it
    return
  }
  await rig.client.must('session.delete', { session: id as never, confirmed: true }, { patienceMs: 120_000 })
  agents.splice(agents.indexOf(id), 1)
  const made = await rig.client.must('session.spawn', { name: rig.fresh('soak'), instructions: 'Wait for what you are told.' }, { patienceMs: 120_000 })
  agents.push(made.session)
}

const main = async (): Promise<number> => {
  const rig = await openRig(say)
  await rig.client.must('settings.save', { checkCommand: null })
  const agents = await Promise.all(Array.from({ length: Number(values.agents) }, () => rig.spawn('soak')))
  const count = new Map<string, number>()
  let n = 0
  const troubles: string[] = []
  const people = async (): Promise<void> => {
    while (Date.now() < until) {
      await act(rig, agents, (n += 1)).catch((e: unknown) => { troubles.push(e instanceof Error ? e.message : String(e)) })
      await forSeconds(random.between(0.2, 1.5))
    }
  }
  const faults = async (): Promise<void> => {
    while (Date.now() < until) {
      const [name, bring] = chance.of(Object.entries(breakages))
      say(`  ${new Date().toISOString().slice(11, 19)} ${name}`)
      await bring(rig, agents).catch((e: unknown) => { troubles.push(`${name}: ${e instanceof Error ? e.message : String(e)}`) })
      count.set(name, (count.get(name) ?? 0) + 1)
      await forSeconds(chance.between(...FAULT_EVERY_S))
    }
  }
  await Promise.all([people(), faults()])
  for (const s of services) { await rig.tryDocker('unpause', rig.service(s)); await rig.tryDocker('start', rig.service(s)); await rig.healthy(s, 120_000) }
  const lost = await check(rig)
  say(`soak: seed ${values.seed}, ${values.minutes} min, ${agents.length} agents, ${n} acts; ${extent(rig)}`)
  say(`      ${[...count].map(([name, times]) => `${name} ×${times}`).join(', ')}`)
  // What was not answered in its patience is no loss, but worth a look.
  for (const t of new Set(troubles)) say(`      not answered: ${t.slice(0, 300)}`)
  for (const l of lost) say(`LOST  ${l}`)
  await rig.close()
  say(`soak: ${[...count.values()].reduce((a, b) => a + b, 0)} faults survived, ${lost.length} lost`)
  return lost.length === 0 ? 0 : 1
}

if (values.help) say('npm run soak -- [--minutes N] [--seed S] [--agents N]\nEight scripted agents, a random fault every few seconds, then the checker of the fault suite.')
else process.exitCode = await main()
