/** What broke a rival: a second message during a turn let a second agent loose in the same worktree; one that changes no file got stuck. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'One CLI, one conversation: both are read, in order, whether or not the turn changes a file.',
  run: async (rig) => {
    const id = await rig.spawn('twice')
    await rig.tell(id, '#do until test -e /tmp/go; do sleep 0.2; done #end')
    await rig.until('it works', 60_000, async () => (await rig.session(id)).status === 'working')
    await rig.tell(id, 'First, in the turn.')
    await rig.tell(id, 'Second, in the turn.')
    const count = async (): Promise<number> => Number(await rig.inside(id, "pgrep -c -f '^claude '"))
    const running = await count()
    if (running !== 1) throw new Error(`${running} CLIs run in one session`)
    await rig.inside(id, 'touch /tmp/go')
    await rig.quiet(id)
    await rig.until('both are delivered', 60_000, async () => (await rig.sql(`select 1 from messages where recipient = 'session:${id}' and delivery not in ('delivered', 'seen', 'answered')`)).length === 0)
  },
}
