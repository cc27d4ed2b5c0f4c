/** The relay is away for two minutes while five agents work. */
import type { Fault } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'

export const fault: Fault = {
  promise: 'They work on with what needs no model, and go on by themselves; every tool call, commit and message arrives once.',
  run: async (rig, { quick }) => {
    const ids = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((n) => rig.spawn(`apart-${n}`)))
    for (const id of ids) await rig.tell(id, `#do for i in 1 2 3 4 5; do echo $i > apart-$i.txt; git add . ; git commit -qm "Apart $i"; sleep 1 || true; until test $(( $(date +%s) % 2 )) = 0; do sleep 0.2; done; done #end`)
    await rig.kill('relay')
    const sends = Promise.all(ids.map((id) => rig.tell(id, 'While the relay is away.')))
    await forSeconds(quick ? 20 : 120)
    await rig.start('relay')
    await rig.healthy('relay')
    await sends
    for (const id of ids) await rig.quiet(id, 180_000)
    for (const id of ids) {
      const head = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
      await rig.until(`${id} is imported`, 60_000, async () => (await rig.git('rev-parse', id)) === head)
      if ((await rig.inside(id, 'cd /workspace && git log --oneline | grep -c Apart')) !== '5') throw new Error(`${id} lacks commits`)
    }
  },
}
