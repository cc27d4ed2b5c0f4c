/** kill -9 of the orchestrator (or the spawner) before and after each side effect of a deletion: work first comes home, then all of it goes. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

const points: ['orchestrator' | 'spawner', string][] = [
  ['orchestrator', 'after engine.dispatch'],
  ['orchestrator', 'before runtime.stop'], ['orchestrator', 'after runtime.stop'],
  ['orchestrator', 'before repository.removeWorktree'], ['orchestrator', 'after repository.removeWorktree'],
  ['orchestrator', 'before runtime.remove'], ['orchestrator', 'after runtime.remove'],
  ['orchestrator', 'before bus.closeSession'], ['orchestrator', 'after bus.closeSession'],
  ['orchestrator', 'before files.removeSeed'], ['orchestrator', 'after files.removeSeed'],
  ['spawner', 'before engine.stop'], ['spawner', 'after engine.stop'], ['spawner', 'before engine.remove'], ['spawner', 'after engine.remove'],
  ['spawner', 'before engine.removeVolume'], ['spawner', 'after engine.removeVolume'],
]

export const faults: Family = Object.fromEntries(points.map(([service, point]) => [`${service} ${point}`, {
  promise: 'The session is gone without a trace, its commits are on its branch, and its uncommitted file comes back with a restore.',
  run: async (rig) => {
    const id = await rig.spawn('deleted')
    await rig.work(id, 'committed.txt', `kept ${point}`)
    await rig.work(id, 'uncommitted.txt', `saved ${point}`, { commit: false })
    await rig.quiet(id)
    const death = await arm(rig, service, point)
    await rig.client.must('session.delete', { session: id as never, confirmed: true })
    await death.reached()
    await rig.healthy(service)
    await rig.until(`${id} is deleted`, 60_000, async () => (await rig.sql<{ phase: string }>(`select phase from sessions where id = '${id}'`))[0]?.phase === 'deleted')
    await rig.client.must('session.restore', { session: id as never })
    await rig.quiet(id)
    await rig.until('the uncommitted file is back', 10_000, async () => (await rig.inside(id, 'cat /workspace/uncommitted.txt')) === `saved ${point}`)
    await rig.client.must('session.delete', { session: id as never, confirmed: true })
  },
}]))
