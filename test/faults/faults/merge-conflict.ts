/** #12: a branch conflicts with its target. */
import type { Fault } from '../frame/fault.ts'
import { approved, requested } from '../frame/merging.ts'

export const fault: Fault = {
  promise: 'The target does not move, the files are named, and the executor can be asked to resolve it.',
  run: async (rig) => {
    const file = `${rig.fresh('conflict')}.txt`
    const [a, b] = [await rig.spawn('left'), await rig.spawn('right')]
    await rig.work(a, file, 'left')
    await rig.work(b, file, 'right')
    await Promise.all([rig.quiet(a), rig.quiet(b)])
    await rig.client.must('settings.save', { checkCommand: null })
    const first = await requested(rig, a)
    await approved(rig, first)
    await rig.until('the first lands', 60_000, async () => (await rig.sql<{ status: string }>(`select status from merges where id = '${first}'`))[0]?.status === 'merged')
    const main = await rig.git('rev-parse', 'main')
    const second = await requested(rig, b)
    const shown = (await rig.client.state()).merges.find((m) => m.id === second)
    if (shown?.status !== 'conflict' || !shown.conflicts.includes(file)) throw new Error(`shown as ${shown?.status}, ${shown?.conflicts.join()}`)
    const yes = await rig.client.command('merge.approve', { merge: second, tip: shown.tip, targetSha: shown.targetSha })
    if (yes.ok) throw new Error('a merge with a conflict was approved')
    if ((await rig.git('rev-parse', 'main')) !== main) throw new Error('main moved')
    await rig.client.must('merge.resolve', { merge: second })
  },
}
