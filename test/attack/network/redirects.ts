import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { gatewayOf, hostCanary, WORD } from './_canary.ts'

/** A host that is allowed (the stack's operator names it) and sends whoever asks to where nobody may go. */
const server = (targets: string[]): string => `
const targets = ${JSON.stringify(targets)}
require('node:http').createServer((req, res) => {
  const to = targets[Number(req.url.slice(1))]
  if (to === undefined) return res.end('here')
  res.writeHead(Number(new URL(req.url, 'http://x').searchParams.get('s')) || 302, { location: to }).end()
}).listen(8080)`

const attack: Attack = {
  tries: 'has an allowed host answer with redirects to the host, to metadata and to services of the stack, and follows them',
  success: 'one of them answered',
  run: async (t) => {
    const evil = await t.agent()
    const canary = await hostCanary()
    const name = `${t.install}-redirector`
    const targets = [`http://${await gatewayOf(t)}:${canary.port}/redirected`, 'http://orchestrator:7000/api/health', 'http://orchestrator:7001/', 'http://169.254.169.254/latest/meta-data/', 'http://127.0.0.1:7100/health', 'http://relay:7100/health', `http://host.docker.internal:${canary.port}/redirected`, 'http://[::ffff:127.0.0.1]:7100/health', 'gopher://nats:4222/_x', 'file:///etc/passwd']
    try {
      const ran = await docker(['run', '-d', '--name', name, '--network', `${t.install}_egress`, '--network-alias', 'redirector.test', '--entrypoint', 'node', t.agentImage, '-e', server(targets)])
      need(ran.code === 0, `the redirecting host did not start: ${ran.err}`)
      const ask = (path: string, more = '') => evil.try(`curl -sS --max-time 10 ${more} -x http://127.0.0.1:7700 http://redirector.test:8080${path}`)
      await untilHolds(20_000, async () => { const r = await ask('/here'); return r.out === 'here' ? null : `the allowed host is not reached: ${r.out}${r.err}` })
      const seen: string[] = []
      for (const i of targets.keys()) seen.push((await ask(`/${i}`, '-L --proto-redir =all')).out, (await ask(`/${i}`, '-p -L')).out)
      if (canary.seen.length > 0) return { through: `the host was reached: ${canary.seen[0] ?? ''}` }
      const open = seen.find((s) => s.includes(WORD) || /"ok":true/.test(s) || s.includes('root:x:'))
      if (open !== undefined && !(open.includes('root:x:'))) return { through: open.slice(0, 300) }
      return { held: `${seen.length} redirects followed by the agent; the relay refused what each led to` }
    } finally {
      await docker(['rm', '-f', name])
      await canary.close()
    }
  },
}
export default attack
