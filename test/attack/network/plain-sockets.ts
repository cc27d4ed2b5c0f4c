import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { addressesOf, gatewayOf, hostCanary } from './_canary.ts'

const script = (targets: [string, number][], names: string[]) => `python3 - <<'EOF'
import json, socket, struct, os
from concurrent.futures import ThreadPoolExecutor
out = {}
# At once: what leads nowhere takes its whole time-out.
pool = ThreadPoolExecutor(64)
def tried(name, f): pool.submit(attempt, name, f)
def attempt(name, f):
    try: out[name] = 'OPEN ' + str(f())
    except Exception as e: out[name] = type(e).__name__ + ': ' + str(e)
def tcp(host, port):
    s = socket.create_connection((host, port), 2); s.sendall(b'GET /plain HTTP/1.0\\r\\n\\r\\n'); return s.recv(60)
def udp(host, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
    s.sendto(b'\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7example\\3org\\0\\0\\1\\0\\1', (host, port)); return s.recv(100)
for host, port in ${JSON.stringify(targets)}: tried('tcp %s:%d' % (host, port), lambda host=host, port=port: tcp(host, port))
for host in ['8.8.8.8', '127.0.0.11', '172.17.0.1']: tried('udp %s:53' % host, lambda host=host: udp(host, 53))
for name in ${JSON.stringify(names)}: tried('resolve ' + name, lambda name=name: socket.getaddrinfo(name, 80))
tried('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
tried('packet', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3))
tried('vsock', lambda: socket.socket(40, socket.SOCK_STREAM).connect((2, 22)))
tried('new network namespace', lambda: os.unshare(0x40000000) if hasattr(os, 'unshare') else (_ for _ in ()).throw(OSError('no unshare')))
tried('namespace of process 1 of the host', lambda: os.setns(os.open('/proc/1/ns/net', 0), 0) if hasattr(os, 'setns') else (_ for _ in ()).throw(OSError('no setns')))
pool.shutdown()
out['interfaces'] = ','.join(sorted(n for _, n in socket.if_nameindex()))
print(json.dumps(out))
EOF`

const attack: Attack = {
  tries: 'opens plain sockets past the proxy: TCP to the host, to other sessions and services, to the world; UDP and DNS; raw, packet and vsock sockets; another network namespace',
  success: 'something answered, or a name was resolved',
  run: async (t) => {
    const evil = await t.agent()
    const canary = await hostCanary()
    try {
      const services = (await Promise.all(['relay', 'orchestrator', 'nats', 'postgres', 'web'].map((s) => addressesOf(t, s)))).flat()
      const gateways = [await gatewayOf(t), '172.17.0.1'].filter(Boolean)
      const targets: [string, number][] = [
        ...gateways.map((g): [string, number] => [g, canary.port]), ...services.flatMap((a): [string, number][] => [[a, 7001], [a, 7100], [a, 4222], [a, 5432], [a, 8080]]),
        ['1.1.1.1', 443], ['169.254.169.254', 80], ['127.0.0.1', 7100], ['127.0.0.1', canary.port],
      ]
      const seen = JSON.parse(await evil.sh(script(targets, ['github.com', 'orchestrator', 'postgres', 'host.docker.internal']), { deadlineMs: 300_000 })) as Record<string, string>
      need(Object.keys(seen).length > 20, 'the sockets were not tried')
      if (canary.seen.length > 0) return { through: `the host was reached: ${canary.seen[0] ?? ''}` }
      const open = Object.entries(seen).find(([, said]) => said.startsWith('OPEN'))
      if (open) return { through: `${open[0]}: ${open[1]}` }
      return { held: `${Object.keys(seen).length - 1} sockets refused; interfaces: ${seen.interfaces ?? ''}` }
    } finally {
      await canary.close()
    }
  },
}
export default attack
