import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'

const attack: Attack = {
  tries: 'stops, pauses, reads, exports and removes containers and volumes of others through every verb that takes a session: by name, by id, by paths, by a label that claims to be ours',
  success: 'a container or volume that is no session of this installation was touched or read',
  run: async (t) => {
    const [theirs, fake, volume] = [`${t.install}-victim`, `${t.install}-s-fake`, `${t.install}-git-fake`]
    const label = ['--label', `dev.orchestra.unguarded=${t.install}`]
    const run = (name: string, ...args: string[]) => docker(['run', '-d', '--name', name, ...label, ...args, '--network', 'none', '--entrypoint', 'sh', t.agentImage, '-c', 'echo canary-of-the-output; sleep 600'])
    try {
      const a = await run(theirs, '--label', 'dev.orchestra.install=another', '--label', 'dev.orchestra.session=victim')
      const b = await run(fake, '--label', `dev.orchestra.install=${t.install}`, '--label', 'dev.orchestra.session=fake')
      await docker(['volume', 'create', '--label', 'dev.orchestra.install=another', volume])
      need(a.code === 0 && b.code === 0, `no victims: ${a.err}${b.err}`)
      const id = a.out.trim()
      const names = ['victim', 'fake', theirs, id, id.slice(0, 12), '../../containers', `../${theirs}`, `${id}/json`, 'x/../../victim', '.', '..', '', ' ', 'a'.repeat(4000), 'fake\n', 'fake\0', 'Fake', '*', '%2e%2e/victim', '{{.}}', '-f', t.service('postgres'), 'postgres-1', 'toString', '__proto__']
      const calls = names.flatMap((session) => ['stop', 'pause', 'unpause', 'remove', 'logs', 'rescue', 'ensure'].map((verb) => ({
        path: `/${verb}`, body: { session, volumes: true, lines: 200, project: t.projectId, known: [], role: 'executor', resources: { memoryMb: 512, cpus: 1, pids: 256 }, paired: false, covers: [] },
      })))
      const paths = [...names.flatMap((n) => [{ path: `/stop/${encodeURIComponent(n)}`, body: {} }, { path: `/containers/${encodeURIComponent(n)}/kill`, body: {} }]), { method: 'GET', path: '/containers/json' }, { method: 'GET', path: '/image/log?run=../../../etc/shadow' }, { path: '/../var/run/docker.sock', body: {} }, { path: '/exec', body: { session: 'fake', cmd: ['id'] } }, { path: '/toString', body: {} }, { path: '/__proto__', body: {} }]
      const replies = await t.spawner([...calls, ...paths])
      const states = await docker(['inspect', '--format', '{{.State.Status}}', theirs, fake, t.service('postgres')])
      const kept = (await docker(['volume', 'inspect', volume])).code === 0
      if (states.out.trim() !== 'running\nrunning\nrunning' || !kept) return { through: `containers are ${states.out.trim().split('\n').join(', ')}${kept ? '' : ', the volume is gone'}` }
      const read = replies.find((r) => r.body.includes('canary-of-the-output'))
      if (read !== undefined) return { through: `read another container's output: ${read.body.slice(0, 200)}` }
      return { held: `${replies.length} calls, answers ${[...new Set(replies.map((r) => r.status))].sort().join(', ')}; all victims run, their volume is there` }
    } finally {
      await docker(['rm', '-f', theirs, fake])
      await docker(['volume', 'rm', '-f', volume])
    }
  },
}
export default attack
