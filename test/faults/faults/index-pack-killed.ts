/** #6: git's own index-pack is killed, forty times. */
import type { Fault } from '../frame/fault.ts'

const HUNT_MS = 50_000
/** In the orchestrator's container, as its owner: kills index-pack wherever it appears, so many times. It lives for some milliseconds. */
const HUNT = (times: number) => `
const { readdirSync, readFileSync } = require('node:fs')
const name = ['index', 'pack'].join('-')
const end = Date.now() + ${HUNT_MS}
let killed = 0
while (killed < ${times} && Date.now() < end) for (const p of readdirSync('/proc')) {
  if (!/^[0-9]+$/.test(p) || Number(p) === process.pid) continue
  try { if (readFileSync('/proc/' + p + '/cmdline', 'utf8').includes(name)) { process.kill(Number(p), 'SIGKILL'); killed += 1 } } catch { /* ended by itself meanwhile */ }
}
console.log('killed ' + killed)`

export const fault: Fault = {
  promise: 'Nothing is corrupt, the branch did not move, and the next try brings the commit.',
  run: async (rig, { quick }) => {
    const id = await rig.spawn('packs')
    await rig.work(id, 'first.txt', 'before the hunt')
    const killed = rig.docker('exec', rig.service('orchestrator'), 'as-owner', 'node', '-e', HUNT(quick ? 5 : 40)).catch((e: unknown) => String(e))
    const deadline = Date.now() + HUNT_MS
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
