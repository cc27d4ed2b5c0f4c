/** #1: kill -9 of the orchestrator (or the spawner) before and after each side effect of a spawn. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

const points: ['orchestrator' | 'spawner', string][] = [
  ['orchestrator', 'before engine.dispatch'], ['orchestrator', 'after engine.dispatch'],
  ['orchestrator', 'before repository.addWorktree'], ['orchestrator', 'after repository.addWorktree'],
  ['orchestrator', 'before repository.fillWorktree'], ['orchestrator', 'fill: before the index'], ['orchestrator', 'after repository.fillWorktree'],
  ['orchestrator', 'before bus.openSession'], ['orchestrator', 'after bus.openSession'],
  ['orchestrator', 'before files.prepareSeed'], ['orchestrator', 'after files.prepareSeed'],
  ['orchestrator', 'before files.writeSeed'], ['orchestrator', 'after files.writeSeed'],
  ['orchestrator', 'before runtime.ensure'], ['orchestrator', 'after runtime.ensure'],
  ['orchestrator', 'before store.effectDone'], ['orchestrator', 'after store.effectDone'],
  ['spawner', 'before engine.create'], ['spawner', 'after engine.create'], ['spawner', 'before engine.start'], ['spawner', 'after engine.start'],
]
const quick = new Set(['after runtime.ensure'])

export const faults: Family = Object.fromEntries(points.map(([service, point]) => [`${service} ${point}`, {
  promise: 'After the restart there is exactly one container, worktree and branch, and the session works.',
  quick: quick.has(point),
  run: async (rig) => {
    const death = await arm(rig, service, point)
    const name = rig.fresh('spawned')
    const made = await rig.client.must('session.spawn', { name, instructions: 'Wait for what you are told.' })
    await death.reached()
    await rig.healthy(service)
    await rig.quiet(made.session)
    await rig.work(made.session, 'after.txt', `after ${point}`)
    await rig.client.must('session.delete', { session: made.session, confirmed: true })
  },
}]))
