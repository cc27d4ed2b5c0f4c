/** #9: the host loses power: kill -9 of everything, then up. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'Worktrees, commits, conversations and what was queued are kept; the sessions are reachable within 60 s of up.',
  run: async (rig) => {
    const ids = await Promise.all(['one', 'two', 'three'].map((n) => rig.spawn(`reboot-${n}`)))
    for (const id of ids) await rig.work(id, 'committed.txt', `by ${id}`)
    const [first] = ids as [string]
    await rig.work(first, 'uncommitted.txt', 'not committed', { commit: false })
    await rig.tell(first, '#slow sleep 0.1; echo done > slow.txt #end')
    const install = `label=com.docker.compose.project=${rig.stack.install}`
    const all = [...(await rig.docker('ps', '-q', '--filter', install)).split('\n'), ...(await rig.docker('ps', '-q', '--filter', `label=dev.orchestra.install=${rig.stack.install}`)).split('\n')]
    await rig.docker('kill', '--signal', 'KILL', ...new Set(all.filter((c) => c !== '')))
    const up = await rig.stack.orchestra(['up', '--yes', rig.stack.project])
    if (up.code !== 0) throw new Error(`up: ${up.output.slice(-2000)}`)
    const since = Date.now()
    const resume = async (): Promise<void> => {
      for (const s of (await rig.client.state()).sessions) if (s.status === 'interrupted') await rig.client.command('session.restart', { session: s.id })
    }
    await resume()
    await rig.until('all are reachable', 60_000, async () => (await Promise.all(ids.map((id) => rig.inside(id, 'echo here')))).every((t) => t === 'here'))
    rig.say(`         reachable ${((Date.now() - since) / 1000).toFixed(0)} s after up`)
    for (const id of ids) await rig.quiet(id)
    for (const id of ids) await rig.tell(id, 'After the reboot.')
  },
}
