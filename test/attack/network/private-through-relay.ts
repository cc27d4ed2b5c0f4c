import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { addressesOf, gatewayOf, hostCanary, throughProxy, withEgress, WORD } from './_canary.ts'
import type { Through } from './_canary.ts'

const loopback = ['127.0.0.1', '127.1', '0177.0.0.1', '2130706433', '0x7f000001', '0x7f.1', '127.000.000.001', 'localhost', 'LOCALHOST.', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '0.0.0.0', '0', '[::]', '127.0.0.1%00.example.org', 'ⓛocalhost', '１２７.0.0.1']
const metadata = ['169.254.169.254', '0xa9fea9fe', '2852039166', '[::ffff:169.254.169.254]', '[fd00:ec2::254]', 'metadata.google.internal', '100.100.100.200', '168.63.129.16', 'instance-data']
const services = ['orchestrator:7000', 'orchestrator:7001', 'orchestrator.:7000', 'ORCHESTRATOR:7000', 'nats:4222', 'nats:8222', 'postgres:5432', 'web:8080', 'web:8081', 'relay:7100', 'model:8080', 'spawner:80']

const attack: Attack = {
  tries: 'asks the relay for private addresses while the project allows every public host: loopback, metadata, services of the stack, the host, in decimal, octal, mapped and translated forms, as CONNECT and as plain http',
  success: 'a tunnel was opened or an answer came from one of them',
  run: async (t) => withEgress(t, { egress: 'open' }, async () => {
    const evil = await t.agent()
    const canary = await hostCanary()
    try {
      const gateways = await Promise.all(['egress', 'bus', 'backplane'].map((n) => gatewayOf(t, n)))
      const own = (await Promise.all(['relay', 'orchestrator', 'nats', 'postgres'].map((s) => addressesOf(t, s)))).flat()
      need(gateways.some(Boolean) && own.length > 3, 'the networks of the stack have no addresses')
      const hosts = [
        ...loopback.flatMap((h) => [`${h}:7100`, `${h}:${canary.port}`]), ...metadata.map((h) => `${h}:80`), ...services,
        ...own.flatMap((h) => [`${h}:7100`, `${h}:7001`, `${h}:4222`, `${h}:5432`, `[::ffff:${h}]:7001`]), ...[...gateways, 'host.docker.internal', '172.17.0.1'].filter(Boolean).flatMap((h) => [`${h}:${canary.port}`, `${h}:22`]),
      ]
      const seen = JSON.parse(await evil.sh(throughProxy(hosts.flatMap((h) => [{ connect: h }, { get: `http://${h}/through` }])), { deadlineMs: 180_000 })) as Through[]
      const open = seen.filter((s) => s.first.startsWith('HTTP/1.1 200') || s.text.includes(WORD) || s.text.includes('INFO {'))
      if (canary.seen.length > 0) return { through: `the host was reached: ${canary.seen[0] ?? ''}` }
      if (open[0]) return { through: `${open[0].connect ?? open[0].get ?? ''}: ${open[0].first}` }
      need(seen.filter((s) => s.first === '').length < seen.length / 4, `the relay did not answer: ${JSON.stringify(seen.slice(0, 3))}`)
      return { held: `${seen.length} requests, answers ${[...new Set(seen.map((s) => s.first))].sort().join(' | ')}` }
    } finally {
      await canary.close()
    }
  }),
}
export default attack
