/** The file system with the worktrees turns read-only under the agents. */
import type { Fault } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'

export const fault: Fault = {
  promise: 'The agent is told by its tools, imports wait with a reason, and all goes on when it is writable again.',
  impossible: async () => (process.getuid?.() === 0 ? null : 'only root can remount'),
  run: async (rig) => {
    const id = await rig.spawn('readonly')
    await rig.work(id, 'before.txt', 'written before')
    await rig.until('it is imported', 60_000, async () => (await rig.git('show', `${id}:before.txt`)) === 'written before')
    const path = rig.worktree(id)
    // The folder alone, as a mount of its own: bound onto itself, then read-only, in the container's view as on the host.
    const pid = await rig.docker('inspect', '--format', '{{.State.Pid}}', rig.container(id))
    const remount = (how: string) => rig.stack.shell(`nsenter --target ${pid} --mount mount -o remount,bind,${how} /workspace`, { as: 'caller', deadlineMs: 10_000 })
    const ro = await remount('ro')
    if (ro.code !== 0) throw new Error(`remount: ${ro.output}`)
    await rig.tell(id, '#do echo no > during.txt; git commit -q --allow-empty -m Through #end')
    await forSeconds(5)
    await rig.quiet(id)
    const rw = await remount('rw')
    if (rw.code !== 0) throw new Error(`remount: ${rw.output}; ${path}`)
    await rig.work(id, 'after.txt', 'written after')
    await rig.until('all is imported', 60_000, async () => (await rig.git('show', `${id}:after.txt`)) === 'written after')
  },
}
