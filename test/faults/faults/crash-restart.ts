/** kill -9 of the orchestrator before and after the seed of an earlier start is cleared. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

export const faults: Family = Object.fromEntries(['before files.clearSeed', 'after files.clearSeed'].map((point) => [point, {
  promise: 'The session starts again once, with its conversation and its uncommitted file.',
  run: async (rig) => {
    const id = await rig.spawn('again')
    await rig.work(id, 'uncommitted.txt', `kept ${point}`, { commit: false })
    await rig.quiet(id)
    const [before] = await rig.sql<{ conversation: string }>(`select conversation from sessions where id = '${id}'`)
    const death = await arm(rig, 'orchestrator', point)
    await rig.client.must('session.restart', { session: id as never })
    await death.reached()
    await rig.healthy('orchestrator')
    await rig.tell(id, 'After the restart.')
    await rig.quiet(id)
    const [after] = await rig.sql<{ conversation: string }>(`select conversation from sessions where id = '${id}'`)
    if (after?.conversation !== before?.conversation) throw new Error('it began a new conversation')
  },
} satisfies Family[string]]))
