/** kill -9 of the orchestrator before and after the side effect of a restore. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

export const faults: Family = Object.fromEntries(['before repository.restoreWorktree', 'after repository.restoreWorktree'].map((point) => [point, {
  promise: 'The session is back once, with its commits and its uncommitted file, whoever asked twice.',
  run: async (rig) => {
    const id = await rig.spawn('restored')
    await rig.work(id, 'committed.txt', `kept ${point}`)
    await rig.work(id, 'uncommitted.txt', `saved ${point}`, { commit: false })
    await rig.quiet(id)
    await rig.client.must('session.delete', { session: id as never, confirmed: true })
    await rig.until(`${id} is deleted`, 60_000, async () => (await rig.sql<{ phase: string }>(`select phase from sessions where id = '${id}'`))[0]?.phase === 'deleted')
    const death = await arm(rig, 'orchestrator', point)
    await rig.client.must('session.restore', { session: id as never })
    await death.reached()
    await rig.quiet(id)
    await rig.until('the uncommitted file is back', 10_000, async () => (await rig.inside(id, 'cat /workspace/uncommitted.txt')) === `saved ${point}`)
    await rig.work(id, 'after.txt', 'after the restore')
  },
} satisfies Family[string]]))
