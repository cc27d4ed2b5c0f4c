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
      await rig.quiet(id)
      // The kernel takes the largest process, which is the child; here the container's first one is to be worth more to it.
      const pid = await rig.docker('inspect', '--format', '{{.State.Pid}}', rig.container(id))
      const image = await rig.docker('inspect', '--format', '{{.Config.Image}}', rig.service('postgres'))
      await rig.docker('run', '--rm', '--privileged', '--pid', 'host', '--network', 'none', '--entrypoint', 'sh', image, '-c', `echo 1000 > /proc/${pid}/oom_score_adj`)
      await rig.tell(id, `#do echo unseen > last.txt; git add last.txt; git commit -qm Last; ${EAT}; true #end`)
      await rig.until('the engine calls it out of memory', 90_000, async () => (await rig.sql(`select 1 from events where session_id = '${id}' and type = 'container' and data->>'oomKilled' = 'true'`)).length > 0)
      await rig.until('it is said', 30_000, async () => (await rig.sql(`select 1 from events where session_id = '${id}' and type = 'session.restarted' and data->>'why' like '%out of memory%'`)).length > 0)
      await rig.until('its last commit is imported', 90_000, async () => (await rig.git('show', `${id}:last.txt`)) === 'unseen')
      await rig.quiet(id)
      await rig.work(id, 'after.txt', 'after it')
    },
  },
}
