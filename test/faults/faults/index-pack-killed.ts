/** #6: git's own index-pack is killed, forty times. */
import type { Fault } from '../frame/fault.ts'

/** In the orchestrator's container: kills index-pack wherever it appears, so many times. */
const HUNT = (times: number) => `n=0; end=$(( $(date +%s) + 60 )); while [ $n -lt ${times} ] && [ $(date +%s) -lt $end ]; do for p in /proc/[0-9]*; do if tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q 'index-pack'; then kill -9 \${p#/proc/} 2>/dev/null && n=$((n+1)); fi; done; done; echo killed $n`

export const fault: Fault = {
  promise: 'Nothing is corrupt, the branch did not move, and the next try brings the commit.',
  run: async (rig, { quick }) => {
    const id = await rig.spawn('packs')
    await rig.work(id, 'first.txt', 'before the hunt')
    const killed = rig.docker('exec', '--user', '0', rig.service('orchestrator'), 'sh', '-c', HUNT(quick ? 5 : 40)).catch((e: unknown) => String(e))
    const deadline = Date.now() + 60_000
    for (let i = 0; i < 20 && Date.now() < deadline; i += 1) {
      await rig.tell(id, `#do head -c 300000 /dev/urandom > big-${i}.bin && git add . && git commit -qm 'Big ${i}' #end`)
      await rig.quiet(id)
    }
    const said = await killed
    const n = Number(/killed (\d+)/.exec(said)?.[1] ?? 0)
    rig.say(`         index-pack was killed ${n} times`)
    if (n === 0) throw new Error(`index-pack was never caught: ${said.slice(0, 200)}`)
    const head = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
    await rig.until('the branch has it all', 120_000, async () => (await rig.git('rev-parse', id)) === head)
  },
}
