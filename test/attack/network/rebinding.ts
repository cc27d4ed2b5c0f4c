import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeEgress } from '../../../services/relay/src/egress/connect.ts'
import { makePolicy } from '../../../services/relay/src/egress/policy.ts'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

/** The name server of a hostile domain: every answer is another address, good for no time. */
const rebinder = async (addresses: string[]): Promise<{ resolve: (host: string) => Promise<string[]>; answered: () => number; close: () => void }> => {
  const server = createSocket('udp4')
  let n = 0
  server.on('message', (query, from) => {
    const address = (addresses[n++ % addresses.length] ?? '').split('.').map(Number)
    const end = query.indexOf(0, 12) + 5
    const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
    server.send(Buffer.concat([head, query.subarray(12, end), Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address])]), from.port, from.address)
  })
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done))
  const resolver = new Resolver()
  resolver.setServers([`127.0.0.1:${server.address().port}`])
  return { resolve: (host) => resolver.resolve4(host), answered: () => n, close: () => server.close() }
}

const attack: Attack = {
  tries: "uses a name whose server answers with a public address and a moment later with this machine's own, so that what is checked is not what is dialled (DNS rebinding; the relay's code with a name server of ours, since a running one asks the host's)",
  success: 'this machine was reached under that name',
  run: async () => {
    let reached = 0
    const inner = createServer((_req, res) => res.end('inner')).on('connection', () => { reached++ })
    await new Promise<void>((done) => inner.listen(0, '127.0.0.1', done))
    const { port } = inner.address() as AddressInfo
    const dns = await rebinder(['203.0.113.7', '127.0.0.1'])
    try {
      const rule = `rebind.example.org:${port}`
      const egress = makeEgress(makePolicy([], { mode: 'listed', allow: [rule], refuse: [], registries: [] }), dns.resolve)
      const dials = await Promise.all(Array.from({ length: 60 }, () => egress.dial('rebind.example.org', port, true)))
      for (const d of dials) if (d.ok) d.value.destroy()
      const refused = dials.filter((d) => !d.ok && d.cause === 'address').length
      need(dns.answered() >= 60 && refused > 10, `the name did not flip: ${dns.answered()} answers, ${refused} refused`)
      if (reached > 0 || dials.some((d) => d.ok)) return { through: `${reached} connections reached it` }
      return { held: `${dials.length} connections, ${dns.answered()} answers: ${refused} refused for the private address, the others dialled the public one that they had checked` }
    } finally {
      dns.close()
      inner.close()
    }
  },
}
export default attack
