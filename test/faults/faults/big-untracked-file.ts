/** A session leaves a file of 1 GB in its work tree, untracked. */
import { statfsSync } from 'node:fs'
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'The session, its diff and its other files go on; nobody\'s memory or disk is taken by it.',
  impossible: async () => {
    const { bavail, bsize } = statfsSync('/tmp')
    return bavail * bsize < 6e9 ? 'less than 6 GB are free' : null
  },
  run: async (rig, { quick }) => {
    const id = await rig.spawn('big')
    await rig.inside(id, `head -c ${quick ? 300 : 1024}M /dev/urandom > /workspace/huge.bin`)
    await rig.work(id, 'small.txt', 'beside it')
    await rig.until('the commit is imported', 120_000, async () => (await rig.git('show', `${id}:small.txt`)) === 'beside it')
    await rig.work(id, 'uncommitted.txt', 'not committed', { commit: false })
    await rig.until('the diff shows the small file', 180_000, async () => {
      const diff = (await rig.client.read(`/api/sessions/${id}/diff`)) as { files: { path: string }[] }
      return diff.files.some((f) => f.path === 'uncommitted.txt') || diff.files.map((f) => f.path).join()
    })
    if ((await rig.docker('inspect', '--format', '{{.State.OOMKilled}} {{.RestartCount}}', rig.container(id))) !== 'false 0') throw new Error('its container was killed')
    await rig.inside(id, 'rm /workspace/huge.bin')
  },
}
