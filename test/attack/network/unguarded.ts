/** What most tools do: a container on the engine's default network, here with a proxy that dials whatever it is asked for. */
import { agentIn } from '../frame/agent.ts'
import type { Proof } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { untilHolds } from '../../e2e/shell.ts'

const proxy = `
const http = require('node:http'), net = require('node:net')
// It is asked for what is no address at all: that ends a request, not the proxy.
process.on('uncaughtException', () => {})
const server = http.createServer((req, res) => {
  const to = http.request(req.url, { method: req.method }, (a) => { res.writeHead(a.statusCode, a.headers); a.pipe(res) })
  to.on('error', () => res.writeHead(502).end()); req.pipe(to)
})
server.on('connect', (req, socket) => {
  const [, host, port] = /^\\[?(.*?)\\]?:(\\d+)$/.exec(req.url) || []
  const up = net.connect(Number(port), host, () => { socket.write('HTTP/1.1 200 ok\\r\\n\\r\\n'); up.pipe(socket); socket.pipe(up) })
  up.on('error', () => socket.end('HTTP/1.1 502 no\\r\\n\\r\\n')); socket.on('error', () => up.destroy())
})
server.listen(7700, '127.0.0.1')`

const proof: Proof = {
  off: 'with a network and a proxy that looks at no address',
  attacks: ['plain-sockets', 'rebinding'],
  target: async (t) => {
    const name = `${t.install}-unguarded-network`
    const ran = await docker(['run', '-d', '--init', '--name', name, '--network', `${t.install}_egress`, '-u', '1000:1000', '--tmpfs', '/workspace:mode=1777', '--entrypoint', 'node', t.agentImage, '-e', proxy])
    need(ran.code === 0, `the unguarded container did not start: ${ran.err}`)
    const agent = agentIn({ session: 'unguarded', branch: 'unguarded', container: name, worktree: '/nowhere' })
    await untilHolds(20_000, async () => ((await agent.try('exec 3<>/dev/tcp/127.0.0.1/7700')).code === 0 ? null : 'its proxy does not listen'))
    return { target: { ...t, agent: async () => agent, service: (service) => (service === 'relay' ? name : t.service(service)) }, close: async () => { await docker(['rm', '-f', name]) } }
  },
}
export default proof
