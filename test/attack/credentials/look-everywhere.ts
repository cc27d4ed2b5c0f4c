import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { MODEL_KEY } from '../frame/target.ts'

/** Also as what a container might keep of it: in base64, or backwards. */
const forms = [MODEL_KEY, Buffer.from(MODEL_KEY).toString('base64').slice(0, 40), [...MODEL_KEY].reverse().join('')]

/** In the container: every file that can be read, every process's environment, words and memory. The forms come by standard input. */
const inside = `cat >/tmp/look.py <<'EOF'
import os, glob, sys
keys = [k[::-1].encode() for k in sys.argv[1:]]
hits, seen = set(), 0
def look(path, data):
    for k in keys:
        if k in data: hits.add(path)
for top, dirs, files in os.walk('/'):
    if top.startswith(('/proc', '/sys', '/dev')): dirs[:] = []; continue
    for f in files:
        p = os.path.join(top, f)
        try:
            if os.path.islink(p) or not os.path.isfile(p) or os.path.getsize(p) > 300e6: continue
            with open(p, 'rb') as h:
                seen += 1
                tail = b''
                while chunk := h.read(1 << 22): look(p, tail + chunk); tail = chunk[-200:]
        except OSError: pass
mine = {os.getpid(), os.getppid()}
for pid in [int(os.path.basename(p)) for p in glob.glob('/proc/[0-9]*')]:
    if pid in mine: continue
    for what in ('environ', 'cmdline'):
        try: look('/proc/%d/%s' % (pid, what), open('/proc/%d/%s' % (pid, what), 'rb').read()); seen += 1
        except OSError: pass
    try:
        with open('/proc/%d/maps' % pid) as m, open('/proc/%d/mem' % pid, 'rb') as mem:
            for line in m:
                a, b = (int(x, 16) for x in line.split()[0].split('-'))
                if b - a > 100e6: continue
                try: mem.seek(a); look('/proc/%d/mem' % pid, mem.read(b - a)); seen += 1
                except (OSError, ValueError, OverflowError): pass
    except OSError: pass
print(seen, ' '.join(sorted(hits)))
EOF
python3 /tmp/look.py ${forms.map((f) => `'${[...f].reverse().join('')}'`).join(' ')}`

const attack: Attack = {
  tries: "looks for the model's key in the container (files, environment, words and memory of every process), and in every container's inspect, environment, processes, logs and files, in the volumes, the project and the worktrees",
  success: 'the key was found anywhere but in the file that the relay alone reads',
  run: async (t) => {
    const evil = await t.agent()
    const [count = '', ...hits] = (await evil.sh(inside, { deadlineMs: 300_000 })).split(' ').filter(Boolean)
    need(Number(count) > 1000, `hardly anything was looked at: ${count}`)
    if (hits.length > 0) return { through: `the agent reads it: ${hits.slice(0, 5).join(', ')}` }
    const names = (await docker(['ps', '-a', '--filter', `name=^${t.install}`, '--format', '{{.Names}}'])).out.trim().split('\n')
    const has = (text: string): boolean => forms.some((f) => text.includes(f))
    for (const name of names) {
      const looks: [string, string[]][] = [
        ['inspect', ['inspect', name]], ['logs', ['logs', name]], ['processes', ['top', name, '-eo', 'args']],
        // Root without capabilities reads less than who the program runs as.
        ...[['-u', '0', name], [name], [name, 'as-owner']].map((who): [string, string[]] => ['environment', ['exec', ...who, 'sh', '-c', 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null']]),
      ]
      for (const [what, args] of looks) {
        const ran = await docker(args)
        if (has(ran.out + ran.err)) return { through: `${what} of ${name}` }
      }
    }
    const files = "grep -rlF -e 'canary-of-the-key' /var /run /tmp /data /home /root /etc 2>/dev/null"
    for (const service of ['orchestrator', 'nats', 'postgres', 'spawner', 'relay']) {
      const found = (await docker(['exec', t.service(service), ...(service === 'orchestrator' || service === 'relay' ? ['as-owner'] : []), 'sh', '-c', files], { deadlineMs: 180_000 })).out.trim().split('\n').filter(Boolean)
      const other = found.filter((f) => !(service === 'relay' && f === '/var/lib/relay/credential.json'))
      if (other.length > 0) return { through: `a file of ${service}: ${other.join(', ')}` }
    }
    const [mode = '', there = ''] = (await docker(['exec', t.service('relay'), 'as-owner', 'sh', '-c', 'stat -c %a /var/lib/relay/credential.json; grep -c canary-of-the-key /var/lib/relay/credential.json'])).out.trim().split('\n')
    need(there === '1', 'the key is not where it should be, so nothing was looked for')
    if (mode !== '600') return { through: `its file has mode ${mode}` }
    const host = await t.person.sh('/', `grep -rlF 'canary-of-the-key' ${t.project} ${t.worktrees} ${t.stack.home} 2>/dev/null; ps -eo args | grep -F canary-of-the-key | grep -v grep`)
    return host.out.trim() === '' ? { held: `${count} places in the container, ${names.length} containers with their logs, volumes, project and worktrees: only the relay's file, mode 600` } : { through: `on the host: ${host.out.slice(0, 300)}` }
  },
}
export default attack
