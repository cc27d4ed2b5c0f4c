/** What an agent must not reach: a server on the host, on every address that the host has, that counts who came. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { docker } from '../frame/program.ts'
import type { Target } from '../frame/target.ts'

export const WORD = 'canary-of-the-host'
export type HostCanary = { port: number; /** lines of requests that came */ seen: string[]; close: () => Promise<void> }

export const hostCanary = async (): Promise<HostCanary> => {
  const seen: string[] = []
  const server = createServer((req, res) => { seen.push(`${req.method ?? ''} ${req.url ?? ''} from ${req.socket.remoteAddress ?? ''}`); res.end(WORD) })
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  return {
    port: (server.address() as AddressInfo).port, seen,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }),
  }
}

/** The host, as a container on one of the stack's networks would address it. */
export const gatewayOf = async (t: Target, network = 'egress'): Promise<string> => {
  const [gateway = '', subnet = ''] = (await docker(['network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}},{{(index .IPAM.Config 0).Subnet}}', `${t.install}_${network}`])).out.trim().split(',')
  // Where only a range was asked for, the engine takes its first address for the host.
  return /^\d/.test(gateway) ? gateway : (/^[\d.]+/.exec(subnet)?.[0] ?? '').replace(/\d+$/, (last) => String(Number(last) + 1))
}

/** Addresses of the stack's services on its networks, by service. */
export const addressesOf = async (t: Target, service: string): Promise<string[]> =>
  (await docker(['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', t.service(service)])).out.trim().split(/\s+/).filter(Boolean)

/** For the length of `work` the project reaches what it says; then as before. */
export const withEgress = async <T>(t: Target, settings: { egress: 'listed' | 'open' | 'closed'; egressAllow?: string[] }, work: () => Promise<T>): Promise<T> => {
  await t.person.command('settings.save', settings)
  try {
    return await work()
  } finally {
    await t.person.command('settings.save', { egress: 'listed', egressAllow: [], egressRefuse: [] })
  }
}

/** Through the proxy of the container, as any program in it would: the first line of the answer and its body. */
export const throughProxy = (lines: { connect?: string; get?: string; raw?: string }[]): string => `cat >/tmp/through.mjs <<'EOF'
import net from 'node:net'
const all = ${JSON.stringify(lines)}
const one = (l) => new Promise((done) => {
  const bytes = l.raw ?? (l.connect ? 'CONNECT ' + l.connect + ' HTTP/1.1\\r\\nHost: ' + l.connect + '\\r\\n\\r\\n' : 'GET ' + l.get + ' HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n')
  const s = net.connect(7700, '127.0.0.1')
  let text = ''
  const end = () => { s.destroy(); done({ ...l, raw: undefined, first: text.split('\\r\\n')[0], text: text.slice(0, 2000) }) }
  s.setTimeout(8000, end)
  s.on('connect', () => s.write(bytes))
  s.on('data', (d) => { text += d.toString('latin1'); if (l.connect && /^HTTP\\/1.1 200/.test(text) && !l.sent) { l.sent = true; s.write('GET /through HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n') } })
  s.on('end', end); s.on('error', end)
})
const out = []
for (let i = 0; i < all.length; i += 16) out.push(...(await Promise.all(all.slice(i, i + 16).map(one))))
console.log(JSON.stringify(out))
EOF
node /tmp/through.mjs`
export type Through = { connect?: string; get?: string; first: string; text: string }
