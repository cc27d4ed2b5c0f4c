/** #19: containers, volumes and networks that are nobody's, ours and others'. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'An orphan of ours is collected within 60 s; what carries another installation\'s label, or none, is never touched.',
  run: async (rig) => {
    const id = await rig.spawn('owned')
    const image = await rig.docker('inspect', '--format', '{{.Config.Image}}', rig.service('postgres'))
    const foreign = `${rig.stack.install}-foreign`
    const common = ['-d', '--network', 'none', '--entrypoint', 'sleep']
    await rig.docker('run', ...common, '--name', `${foreign}-unlabelled`, image, '600')
    await rig.docker('run', ...common, '--name', `${foreign}-other`, '--label', 'dev.orchestra.install=somebody-else', '--label', 'dev.orchestra.session=owned', image, '600')
    await rig.docker('volume', 'create', '--label', 'dev.orchestra.install=somebody-else', '--label', 'dev.orchestra.session=owned', `${foreign}-volume`)
    try {
      // The row goes, the container stays: as after a restore of an older database.
      await rig.docker('exec', rig.service('postgres'), 'psql', '-U', 'orchestra', '-c', `update sessions set phase = 'deleted', deleted_at = now() where id = '${id}'`)
      await rig.until('the orphan is collected', 60_000, async () => (await rig.tryDocker('inspect', rig.container(id))).code !== 0)
      if ((await rig.docker('volume', 'ls', '-q', '--filter', `name=${rig.stack.install}-git-${id}`)) === '') throw new Error('its volume went without an import')
      for (const name of [`${foreign}-unlabelled`, `${foreign}-other`]) if ((await rig.docker('inspect', '--format', '{{.State.Running}}', name)) !== 'true') throw new Error(`${name} was touched`)
      await rig.docker('volume', 'inspect', `${foreign}-volume`)
    } finally {
      rig.history.excused.set(id, 'its row was falsified')
      await rig.tryDocker('rm', '-f', `${foreign}-unlabelled`, `${foreign}-other`)
      await rig.tryDocker('volume', 'rm', `${foreign}-volume`, `${rig.stack.install}-git-${id}`, `${rig.stack.install}-home-${id}`)
      await rig.stack.shell(`git worktree remove --force '${rig.worktree(id)}'`, { as: 'owner', deadlineMs: 20_000 })
    }
  },
}
