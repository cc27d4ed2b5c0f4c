/** What broke a rival: three of three prompts were lost when the CLI opened slowly. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'Messages wait for a CLI that takes long to open, and arrive once, in order.',
  run: async (rig) => {
    const made = await rig.client.must('session.spawn', { name: rig.fresh('slow'), instructions: 'Wait for what you are told.' })
    for (let i = 0; i < 3; i += 1) await rig.tell(made.session, `Early, number ${i}.`)
    // Starved of its share of the processor from its first moment on.
    await rig.until('its container is there', 60_000, async () => (await rig.tryDocker('update', '--cpus', '0.1', rig.container(made.session))).code === 0)
    await rig.tell(made.session, 'While it opens.')
    await rig.quiet(made.session, 240_000)
    await rig.docker('update', '--cpus', '1', rig.container(made.session))
    await rig.until('all are delivered', 120_000, async () => (await rig.sql(`select 1 from messages where recipient = 'session:${made.session}' and delivery not in ('delivered', 'seen', 'answered')`)).length === 0)
  },
}
