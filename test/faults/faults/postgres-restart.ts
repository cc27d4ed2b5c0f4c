/** #4: Postgres dies and comes back in the middle of transactions and effects. */
import type { Fault } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'

export const fault: Fault = {
  promise: 'Nothing is half done: commands that were answered hold, effects go on, and the orchestrator was not restarted for it.',
  quick: true,
  run: async (rig) => {
    const before = await rig.docker('inspect', '--format', '{{.RestartCount}} {{.State.StartedAt}}', rig.service('orchestrator'))
    const told = await rig.spawn('postgres')
    const made = await rig.client.must('session.spawn', { name: rig.fresh('postgres'), instructions: 'Wait for what you are told.' })
    // In the middle of its start: the container is there, what came of it is not written down.
    await rig.until('its container is made', 60_000, async () => (await rig.tryDocker('inspect', rig.container(made.session))).code === 0)
    const sends = Array.from({ length: 10 }, () => rig.tell(told, 'While the database is away.'))
    await rig.kill('postgres')
    await forSeconds(3)
    await rig.start('postgres')
    await rig.healthy('postgres')
    await Promise.all(sends)
    await rig.quiet(made.session)
    await rig.work(made.session, 'after.txt', 'the database is back')
    const after = await rig.docker('inspect', '--format', '{{.RestartCount}} {{.State.StartedAt}}', rig.service('orchestrator'))
    if (after !== before) throw new Error(`the orchestrator was restarted: ${before}, then ${after}`)
  },
}
