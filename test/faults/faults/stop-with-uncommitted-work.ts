/** What broke a rival: stop and kill removed worktrees with uncommitted work. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'Pause, restart, stop of the stack and deletion keep every byte; after a deletion a restore brings it back.',
  run: async (rig) => {
    const id = await rig.spawn('unsaved')
    await rig.work(id, 'unsaved.txt', 'never committed', { commit: false })
    await rig.quiet(id)
    const still = () => rig.until('the uncommitted file is there', 30_000, async () => (await rig.inside(id, 'cat /workspace/unsaved.txt')) === 'never committed')
    await rig.client.must('session.pause', { session: id as never })
    await rig.client.must('session.continue', { session: id as never })
    await still()
    await rig.client.must('session.restart', { session: id as never })
    await rig.quiet(id)
    await still()
    await rig.stack.restart()
    await rig.quiet(id)
    await still()
    const warned = await rig.client.must('session.delete', { session: id as never, confirmed: false })
    if (!warned.uncommittedFiles.includes('unsaved.txt')) throw new Error(`the warning names ${warned.uncommittedFiles.join()}`)
    await rig.client.must('session.delete', { session: id as never, confirmed: true })
    await rig.until('it is deleted', 60_000, async () => (await rig.sql<{ phase: string }>(`select phase from sessions where id = '${id}'`))[0]?.phase === 'deleted')
    await rig.client.must('session.restore', { session: id as never })
    await rig.quiet(id)
    await still()
  },
}
