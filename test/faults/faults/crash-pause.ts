/** kill -9 of the orchestrator before and after a session is frozen and let go on. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

const points = ['before runtime.pause', 'after runtime.pause', 'before runtime.unpause', 'after runtime.unpause']

export const faults: Family = Object.fromEntries(points.map((point) => [point, {
  promise: 'The container is as the row says, nothing else is: what was told to it while it stood still arrives once.',
  run: async (rig) => {
    const id = await rig.spawn('frozen')
    const state = async (want: string) => rig.until(`the container is ${want}`, 60_000, async () => (await rig.docker('inspect', '--format', '{{.State.Status}}', rig.container(id))) === want)
    const freezes = !point.includes('unpause')
    const early = freezes ? await arm(rig, 'orchestrator', point) : null
    await rig.client.must('session.pause', { session: id as never })
    await early?.reached()
    await state('paused')
    await rig.tell(id, 'While it stands still.')
    const late = freezes ? null : await arm(rig, 'orchestrator', point)
    await rig.client.must('session.continue', { session: id as never })
    await late?.reached()
    await state('running')
    await rig.work(id, 'after.txt', `after ${point}`)
  },
} satisfies Family[string]]))
