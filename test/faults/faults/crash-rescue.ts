/** kill -9 of the orchestrator before and after work is read from the volume of a container that could not hand it over: the relay is away when it is deleted. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

export const faults: Family = Object.fromEntries(['before runtime.rescue', 'after runtime.rescue'].map((point) => [point, {
  promise: 'What was committed while nobody could fetch it is on the branch, the uncommitted file comes back with a restore.',
  run: async (rig) => {
    const id = await rig.spawn('cut-off')
    await rig.work(id, 'before.txt', 'while the relay was there')
    await rig.quiet(id)
    await rig.kill('relay')
    await rig.inside(id, "cd /workspace && echo -n alone > alone.txt && git add alone.txt && git commit -qm Alone && echo -n loose > loose.txt")
    const head = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
    const death = await arm(rig, 'orchestrator', point)
    await rig.client.must('session.delete', { session: id as never, confirmed: true })
    await death.reached()
    await rig.start('relay')
    await rig.healthy('relay')
    await rig.until(`${id} is deleted`, 90_000, async () => (await rig.sql<{ phase: string }>(`select phase from sessions where id = '${id}'`))[0]?.phase === 'deleted')
    if (!(await rig.git('merge-base', '--is-ancestor', head, id).then(() => true, () => false))) throw new Error('the commit is not on the branch')
    await rig.client.must('session.restore', { session: id as never })
    await rig.quiet(id)
    const loose = await rig.inside(id, 'cat /workspace/loose.txt')
    if (loose !== 'loose') throw new Error(`the uncommitted file has ${loose}`)
  },
} satisfies Family[string]]))
