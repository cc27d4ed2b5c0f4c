/** #20: the engine's events are cut while hundreds pass; an agent hangs in the middle of handing over its work. */
import type { Family } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'

/** A push that begins and never ends, over the session's own socket. */
const HANG = `node -e '
const r = require("http").request({ socketPath: "/run/orchestra/relay.sock", method: "POST", path: "/push/pack", headers: { "x-kind": "commits", "x-sha": "'$(git -C /workspace rev-parse HEAD)'", "x-head": "'$(git -C /workspace rev-parse HEAD)'", "transfer-encoding": "chunked" } });
r.on("error", () => process.exit(0)); r.on("response", (a) => { a.resume(); a.on("end", () => process.exit(0)) }); r.write("PACK"); setTimeout(() => process.exit(0), 240000)'`

export const faults: Family = {
  'four hundred events': {
    promise: 'What is shown is what the engine says, whatever was missed.',
    run: async (rig, { quick }) => {
      const id = await rig.spawn('eventful')
      await rig.docker('pause', rig.service('spawner'))
      // An engine can fail to freeze what is busy: that one is no event.
      let frozen = 0
      for (let tries = 0; frozen < (quick ? 20 : 200) && tries < 400; tries += 1) {
        if ((await rig.tryDocker('pause', rig.container(id))).code === 0) frozen += 1
        await rig.tryDocker('unpause', rig.container(id))
      }
      await rig.docker('unpause', rig.service('spawner'))
      if (frozen < (quick ? 20 : 200)) throw new Error(`the engine froze it only ${frozen} times`)
      await rig.until('it is shown as it is', 60_000, async () => {
        const s = await rig.session(id)
        return s.status === 'idle' || `${s.status}: ${s.statusText}`
      })
      await rig.tell(id, 'After the events.')
      await rig.quiet(id)
    },
  },
  'a hung export': {
    promise: 'Others are imported meanwhile, and the one that hung is cut off and imported within two minutes.',
    run: async (rig) => {
      const [hung, other] = [await rig.spawn('hung'), await rig.spawn('unhung')]
      await rig.work(hung, 'first.txt', 'before it hung')
      const hanging = rig.tryDocker('exec', rig.container(hung), 'sh', '-c', HANG)
      await forSeconds(2)
      await rig.work(other, 'meanwhile.txt', 'beside the hung one')
      await rig.until('the other one is imported', 30_000, async () => (await rig.git('show', `${other}:meanwhile.txt`)) === 'beside the hung one')
      await rig.work(hung, 'second.txt', 'after it hung')
      await rig.until('the hung one is imported', 120_000, async () => (await rig.git('show', `${hung}:second.txt`)) === 'after it hung')
      await rig.tryDocker('exec', rig.container(hung), 'sh', '-c', "for p in /proc/[0-9]*; do grep -q push/pack $p/cmdline 2>/dev/null && kill -9 ${p#/proc/}; done; true")
      await hanging
    },
  },
}
