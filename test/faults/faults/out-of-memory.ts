/** #8: a container, or only a child of it, runs out of memory. */
import type { Family } from '../frame/fault.ts'

/** Python is not in the image; node is. Buffers that are written to count, wherever the limit is. */
const EAT = `node -e 'const a = []; for (;;) a.push(Buffer.alloc(64 * 1024 * 1024, 1))'`

export const faults: Family = {
  'a child': {
    promise: 'The session goes on; what it committed and wrote is kept.',
    run: async (rig) => {
      const id = await rig.spawn('hungry')
      await rig.work(id, 'before.txt', 'before the memory was gone')
      await rig.tell(id, `#do ${EAT}; true #end`)
      await rig.quiet(id, 180_000)
      await rig.work(id, 'after.txt', 'after it')
    },
  },
  'the container': {
    promise: 'Said in words; commits that were not imported yet are brought home; the session goes on.',
    run: async (rig) => {
      const id = await rig.spawn('starved')
      await rig.work(id, 'before.txt', 'before it was killed')
      await rig.docker('kill', '--signal', 'KILL', rig.container(id))
      await rig.until('it is started again', 90_000, async () => (await rig.docker('inspect', '--format', '{{.State.Status}}', rig.container(id))) === 'running')
      await rig.quiet(id)
      await rig.work(id, 'after.txt', 'after it')
    },
  },
}
