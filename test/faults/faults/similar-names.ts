/** What broke a rival: a message to a session that ended killed a living one whose name begins alike. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'Names that begin alike are different sessions: what is sent to, typed into or deleted of one does not touch the other.',
  run: async (rig) => {
    const name = rig.fresh('alike')
    const short = (await rig.client.must('session.spawn', { name, instructions: 'Wait for what you are told.' })).session
    const long = (await rig.client.must('session.spawn', { name: `${name}-too`, instructions: 'Wait for what you are told.' })).session
    await Promise.all([rig.quiet(short), rig.quiet(long)])
    await rig.work(long, 'long.txt', 'of the long one')
    const started = await rig.docker('inspect', '--format', '{{.State.StartedAt}}', rig.container(long))
    await rig.client.must('session.delete', { session: short, confirmed: true })
    await rig.until('the short one is gone', 60_000, async () => (await rig.tryDocker('inspect', rig.container(short))).code !== 0)
    const late = await rig.client.command('message.send', { to: short, text: 'Are you there?' })
    if (late.ok) throw new Error('a message to a deleted session was taken')
    if ((await rig.docker('inspect', '--format', '{{.State.StartedAt}}', rig.container(long))) !== started) throw new Error('the long one was restarted')
    await rig.tell(long, 'Still here?')
    await rig.quiet(long)
  },
}
