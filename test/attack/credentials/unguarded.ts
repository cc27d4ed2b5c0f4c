/** What most tools do: the key in the agent's environment. */
import { agentIn } from '../frame/agent.ts'
import type { Proof } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { MODEL_KEY } from '../frame/target.ts'

const proof: Proof = {
  off: 'with the key in the environment of the container',
  attacks: ['look-everywhere'],
  target: async (t) => {
    const name = `${t.install}-unguarded-key`
    const ran = await docker(['run', '-d', '--init', '--name', name, '--network', 'none', '-u', '1000:1000', '--tmpfs', '/workspace:mode=1777', '-e', `ANTHROPIC_API_KEY=${MODEL_KEY}`, '--entrypoint', 'sleep', t.agentImage, '600'])
    need(ran.code === 0, `the unguarded container did not start: ${ran.err}`)
    return { target: { ...t, agent: async () => agentIn({ session: 'unguarded', branch: 'unguarded', container: name, worktree: '/nowhere' }) }, close: async () => { await docker(['rm', '-f', name]) } }
  },
}
export default proof
