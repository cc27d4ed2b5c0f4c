/** #5: the disk with the repository, the worktrees and their state fills up while an agent commits. */
import { spawnSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Fault } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'
import { smallDisk } from '../frame/small-disk.ts'

export const fault: Fault = {
  promise: 'The branch does not move and nothing is corrupt; it is said that the disk is full; with room again the commit arrives.',
  impossible: async () => (process.getuid?.() === 0 ? null : 'only root can mount a small disk'),
  ownStack: true,
  disk: smallDisk,
  run: async (rig) => {
    const id = await rig.spawn('full')
    await rig.work(id, 'before.txt', 'before the disk was full')
    await rig.until('it is imported', 60_000, async () => (await rig.git('show', `${id}:before.txt`)) === 'before the disk was full')
    await rig.inside(id, 'head -c 3000000 /dev/urandom > /workspace/large.bin')
    await rig.quiet(id)
    const tip = await rig.git('rev-parse', id)
    const filler = join(dirname(rig.stack.project), 'filler')
    // In the moment in which the disk is full, before sessions are paused for it. The agent's own objects lie on the engine's disk.
    await rig.docker('exec', '--detach', rig.container(id), 'sh', '-c', 'cd /workspace && until test $(df --output=avail /workspace | tail -n 1) -lt 2048; do :; done; git add -A && git commit -qm Large')
    fill(filler)
    try {
      await rig.until('it is said that the disk is full', 30_000, async () => {
        const said = await rig.session(id)
        const words = JSON.stringify([said.status, said.badges, said.statusText, said.problem, (await rig.client.state()).project.warnings])
        return /disk of/i.test(words) || words
      })
      await forSeconds(5)
      if ((await rig.git('rev-parse', id)) !== tip) throw new Error('the branch moved on a full disk')
    } finally {
      rmSync(filler)
    }
    await rig.until('it goes on by itself', 60_000, async () => (await rig.docker('inspect', '--format', '{{.State.Status}}', rig.container(id))) === 'running')
    await rig.until('the commit was made', 30_000, async () => (await rig.inside(id, 'cd /workspace && git log -1 --format=%s')) === 'Large')
    const head = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
    await rig.tell(id, '#do git commit -q --allow-empty -m Again #end')
    await rig.until('the commit arrives', 120_000, async () => (await rig.stack.shell(`git merge-base --is-ancestor ${head} ${id}`, { as: 'owner', deadlineMs: 10_000 })).code === 0)
  },
}

/** Until nothing fits any more. */
const fill = (file: string): void => {
  const { bavail, bsize } = statfsSync(dirname(file))
  // Reserved, not written: the disk below is somebody's.
  spawnSync('fallocate', ['-l', String(Math.max(bsize, (bavail - 64) * bsize)), file])
  try {
    for (;;) writeFileSync(file, 'x'.repeat(4096), { flag: 'a' })
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'ENOSPC') throw e
  }
}
