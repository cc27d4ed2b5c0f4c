import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'

const look = `for s in /var/run/docker.sock /run/docker.sock /run/spawner/spawner.sock /run/containerd/containerd.sock; do test -e $s && echo "has $s"; done
find / -xdev -type s 2>/dev/null | grep -v -E '^/(run/orchestra/relay|tmp/|run/agentd/|home/agent/)' | sed 's/^/has /'
ls /sys/class/net | grep -v '^lo$' | sed 's/^/net /'; grep -E 'Cap(Eff|Bnd|Prm|Inh|Amb)' /proc/self/status | grep -v '0000000000000000' | sed 's/^/cap /'; grep -q 'NoNewPrivs:.1' /proc/self/status || echo newprivs; grep -q 'Seccomp:.2' /proc/self/status || echo 'no seccomp'
touch /usr/x /etc/x /opt/x 2>/dev/null && echo 'writable root'; mknod /tmp/m b 8 0 2>/dev/null && echo mknod; unshare -Ur true 2>/dev/null && echo userns; mount -t tmpfs x /tmp 2>/dev/null && echo mount; dmesg >/dev/null 2>&1 && echo dmesg; python3 -c "import ctypes,os; r=ctypes.CDLL(None,use_errno=True).syscall(165,0,0,0,0,0); print('mount syscall') if r==0 else None"; echo looked`

const attack: Attack = {
  tries: 'looks for the Docker socket, the spawner\'s socket, networks, capabilities and devices from executor and designer, and for the Docker socket from every other service',
  success: 'any of them is there',
  run: async (t) => {
    const found: string[] = []
    for (const name of ['evil', 'designer']) {
      const { out } = await (await t.agent(name)).try(look)
      need(out.includes('looked'), `${name} could not look around: ${out}`)
      found.push(...out.split('\n').filter((l) => l !== '' && l !== 'looked').map((l) => `${name}: ${l}`))
    }
    for (const service of ['orchestrator', 'relay', 'web', 'nats', 'postgres']) {
      const mounts = await docker(['inspect', '--format', '{{range .Mounts}}{{.Source}} {{end}} {{.HostConfig.Privileged}}', t.service(service)])
      need(mounts.code === 0, mounts.err)
      if (/docker\.sock|true/.test(mounts.out)) found.push(`${service}: ${mounts.out.trim()}`)
    }
    return found.length > 0 ? { through: found.join(', ') } : { held: 'only the spawner has the engine\'s socket; agents have loopback, no capability, no device, no new namespace' }
  },
}
export default attack
