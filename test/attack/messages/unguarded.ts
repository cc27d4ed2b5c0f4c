/** One socket for all, as where sessions name themselves: the container has the designer's. */
import { agentIn } from '../frame/agent.ts'
import type { Proof } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { untilHolds } from '../../e2e/shell.ts'

const gateway = "const net = require('node:net'); net.createServer((c) => { const up = net.connect('/sockets/designer/relay.sock'); c.pipe(up); up.pipe(c); c.on('error', () => up.destroy()); up.on('error', () => c.destroy()) }).listen(7700, '127.0.0.1')"

const proof: Proof = {
  off: 'with a socket that is not its own',
  attacks: ['forged-sender'],
  target: async (t) => {
    const name = `${t.install}-unguarded-socket`
    const uid = t.owner === null ? '0:0' : `${t.owner.uid}:${t.owner.gid}`
    const ran = await docker(['run', '-d', '--init', '--name', name, '--network', 'none', '-u', uid, '--tmpfs', '/workspace:mode=1777', '-v', `${t.install}_sockets:/sockets`, '--entrypoint', 'node', t.agentImage, '-e', gateway])
    need(ran.code === 0, `the unguarded container did not start: ${ran.err}`)
    const agent = agentIn({ session: 'evil', branch: 'evil', container: name, worktree: '/nowhere' })
    await untilHolds(20_000, async () => ((await agent.try('exec 3<>/dev/tcp/127.0.0.1/7700')).code === 0 ? null : 'its gateway does not listen'))
    return { target: { ...t, agent: async () => agent }, close: async () => { await docker(['rm', '-f', name]) } }
  },
}
export default proof
