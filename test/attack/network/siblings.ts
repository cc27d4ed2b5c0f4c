import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'

const script = `python3 - <<'EOF'
import glob, json, os, socket, subprocess
out = {}
def tried(name, f):
    try: out[name] = 'OPEN ' + str(f())[:200]
    except Exception as e: out[name] = type(e).__name__ + ': ' + str(e)
def unix(path):
    s = socket.socket(socket.AF_UNIX); s.settimeout(3); s.connect(path); s.sendall(b'GET /mcp HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'); return s.recv(60)
for p in ['/run/orchestra/../sessions/designer/relay.sock', '/run/orchestra/../designer/relay.sock', '/run/sessions/designer/relay.sock', '/run/spawner/spawner.sock', '/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock', '/proc/1/root/run/sessions/designer/relay.sock', '\\0/tmp/.X11-unix/X0', '\\0containerd-shim']: tried('connect ' + repr(p), lambda: unix(p))
tried('sockets beside ours', lambda: [f for f in os.listdir('/run/orchestra') if f != 'relay.sock'] or (_ for _ in ()).throw(OSError('none')))
tried('replace the socket', lambda: os.rename('/run/orchestra/relay.sock', '/run/orchestra/x'))
tried('a link in its folder', lambda: os.symlink('../designer/relay.sock', '/run/orchestra/other.sock'))
for stream in ['00000000-0000-4000-8000-000000000000', '../designer', 'cli']:
    def up():
        s = socket.create_connection(('127.0.0.1', 7700), 3)
        s.sendall(b'GET /stream/' + stream.encode() + b' HTTP/1.1\\r\\nHost: x\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\\r\\n\\r\\n')
        said = s.recv(80)
        if b' 101 ' not in said: raise OSError(said.split(b'\\r\\n')[0].decode())
        return said
    tried('stream ' + stream, up)
foreign = [p for p in glob.glob('/proc/[0-9]*/cmdline') if b'orchestrator' in open(p, 'rb').read()] if True else []
tried('processes of others', lambda: foreign or (_ for _ in ()).throw(OSError('none')))
print(json.dumps(out))
EOF`

const attack: Attack = {
  tries: "reaches another session's socket, terminal stream or processes, the spawner's or the engine's socket, or puts a link or another socket in place of its own",
  success: 'one of them answered or was there',
  run: async (t) => {
    const evil = await t.agent()
    await t.agent('designer')
    const seen = JSON.parse(await evil.sh(script)) as Record<string, string>
    need(Object.keys(seen).length > 14, 'they were not tried')
    const open = Object.entries(seen).find(([, said]) => said.startsWith('OPEN'))
    return open ? { through: `${open[0]}: ${open[1]}` } : { held: `${Object.keys(seen).length} ways: ${[...new Set(Object.values(seen).map((s) => s.split(':')[0]))].join(', ')}` }
  },
}
export default attack
