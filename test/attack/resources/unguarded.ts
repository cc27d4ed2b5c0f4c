/** A container as `docker run` makes it. */
import { statSync } from 'node:fs'
import type { Proof } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { agentIn } from '../frame/agent.ts'
import { docker } from '../frame/program.ts'

const proof: Proof = {
  off: 'in a container without limits',
  attacks: ['fork-bomb', 'memory'],
  target: async (t) => {
    const name = `${t.install}-unguarded-hungry`
    const { uid, gid } = statSync(t.project)
    const ran = await docker(['run', '-d', '--init', '--name', name, '--network', 'none', '-u', `${uid}:${gid}`, '--shm-size', '2g', '--entrypoint', 'sleep', t.agentImage, '600'])
    need(ran.code === 0, `the unguarded container did not start: ${ran.err}`)
    return { target: { ...t, agent: async () => agentIn({ session: 'hungry', branch: 'main', container: name, worktree: t.project, workdir: '/tmp' }) }, close: async () => { await docker(['rm', '-f', name]) } }
  },
}
export default proof
