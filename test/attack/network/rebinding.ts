import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { addressesOf, gatewayOf, hostCanary, throughProxy, withEgress, WORD } from './_canary.ts'
import type { Through } from './_canary.ts'

/** A name whose owner answers with another address each time: here the relay's own hosts file, rewritten every few milliseconds. */
const flip = (addresses: string[]): string => `
const fs = require('node:fs')
const first = fs.readFileSync('/etc/hosts', 'utf8')
let i = 0
setInterval(() => fs.writeFileSync('/etc/hosts', first + ${JSON.stringify(addresses)}[i++ % ${addresses.length}] + ' rebind.example.org\\n'), 3)
setTimeout(() => { fs.writeFileSync('/etc/hosts', first); process.exit(0) }, 20000)`

const attack: Attack = {
  tries: 'uses a name that leads to a public address and a moment later to the host or to a service of the stack, so that what is checked is not what is dialled (DNS rebinding)',
  success: 'the host or the service was reached under that name',
  run: async (t) => withEgress(t, { egress: 'listed', egressAllow: ['rebind.example.org', 'rebind.example.org:7001', 'rebind.example.org:4222'] }, async () => {
    const evil = await t.agent()
    const canary = await hostCanary()
    await t.person.command('settings.save', { egressAllow: ['rebind.example.org', 'rebind.example.org:7001', 'rebind.example.org:4222', `rebind.example.org:${canary.port}`] })
    const addresses = ['192.0.2.254', await gatewayOf(t), (await addressesOf(t, 'orchestrator'))[0] ?? '', (await addressesOf(t, 'nats'))[0] ?? '', '127.0.0.1']
    try {
      const hosts = Array.from({ length: 40 }, (_, i) => `rebind.example.org:${[canary.port, 7001, 4222, 80][i % 4] ?? 80}`)
      const flipping = docker(['exec', '-u', '0', t.service('relay'), 'node', '-e', flip(addresses)], { deadlineMs: 60_000 })
      await sleep(1000)
      const seen = JSON.parse(await evil.sh(throughProxy(hosts.flatMap((h) => [{ connect: h }, { get: `http://${h}/rebound` }])), { deadlineMs: 120_000 })) as Through[]
      const flipped = await flipping
      need(flipped.code === 0, `the name did not flip: ${flipped.err}`)
      need(seen.some((s) => /403/.test(s.first)), `no address of the name was refused, so it did not flip: ${[...new Set(seen.map((s) => s.first))].join(' | ')}`)
      if (canary.seen.length > 0) return { through: `the host was reached: ${canary.seen[0] ?? ''}` }
      const open = seen.find((s) => s.first.startsWith('HTTP/1.1 200') || s.text.includes(WORD) || s.text.includes('INFO {'))
      if (open) return { through: `${open.connect ?? open.get ?? ''}: ${open.first}` }
      return { held: `${seen.length} requests while the name flipped between ${addresses.join(', ')}; answers ${[...new Set(seen.map((s) => s.first))].sort().join(' | ')}` }
    } finally {
      await canary.close()
    }
  }),
}
export default attack
