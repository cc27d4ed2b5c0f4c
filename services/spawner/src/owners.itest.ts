/**
 * Whose project it is decides as whom a session's container runs. Also as root, and as a uid that the image does not know, it may do
 * what any other may and nothing more. With the real agent image.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProjectId, SessionId } from '@orchestra/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRuntime } from '../../orchestrator/src/adapters/spawner/index.ts'
import { createBuilds } from './builds.ts'
import { connectEngine } from './docker/index.ts'
import { openLedger } from './ledger.ts'
import { createPrepare } from './prepare.ts'
import { createRpc, listenAs } from './rpc.ts'

const agentImage = process.env['ORCHESTRA_AGENT_IMAGE'] || 'orchestra-agent:local'
const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim()
const session = 'one' as SessionId
const STRANGER = 7777

const python = (code: string): string => `python3 -c '${code}'`

/** Each is a line of bash that must fail. $OBJECTS: the person's objects; `foreign`: a file of somebody else's, mode 600. */
const attempts = [
  'mount -t tmpfs none /mnt', 'mount --bind /workspace /mnt', 'mount -o remount,rw /', 'mount -o remount,rw,bind $OBJECTS', 'umount /workspace/.git', 'umount /proc/sys', 'unshare -m true', 'unshare -Urm true', 'unshare -n true', 'nsenter -t 1 -m true', 'chroot / true',
  'mknod /tmp/sda b 8 0', 'mknod /workspace/null c 1 3', 'mknod /dev/kmsg2 c 1 11', 'cat /dev/kmsg', 'dmesg', 'test -n "$(head -c1 /proc/kcore)"', 'test -n "$(head -c1 /dev/mem)"', 'ls /dev/sd* /dev/vd* /dev/nvme*',
  'echo h >/proc/sysrq-trigger', "echo '|/workspace/evil' >/proc/sys/kernel/core_pattern", 'echo 1 >/proc/sys/vm/drop_caches', 'echo 1 >/proc/sys/net/ipv4/ip_forward', 'echo /workspace/evil >/sys/kernel/uevent_helper', 'mkdir /sys/fs/cgroup/evil', 'echo max >/sys/fs/cgroup/pids.max', 'echo -1 >/sys/fs/cgroup/memory/memory.limit_in_bytes', 'echo -1000 >/proc/self/oom_score_adj',
  'touch /evil', 'touch /usr/local/bin/evil', 'echo evil >>/etc/passwd', 'touch $OBJECTS/evil', 'touch /run/orchestra/evil', 'rm -f /run/orchestra/relay.sock', 'rm -f /workspace/.git', 'echo evil >/workspace/.git', 'touch /workspace/vendored/evil',
  'cat /workspace/foreign', 'chmod 666 /workspace/foreign', 'chown 1234 /workspace/own', 'chgrp 1234 /workspace/own', 'setpriv --reuid 1234 true', 'setpriv --regid 1234 --clear-groups true', python('import os; os.setgroups([1234])'), python('import os; os.setxattr("own", "security.capability", bytes.fromhex("0100000200200000002000000000000000000000"))'),
  'hostname evil', 'date -s 2001-01-01', 'ulimit -u 100000 -Hn 10000000', python('import os; os.nice(-5)'), python('import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'), python('import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)'), python('import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 0))'), 'echo 1400 >/sys/class/net/lo/mtu',
  // open_by_handle_at, the way round every mount; bpf; perf_event_open; init_module; kexec_load; reboot (only whether the keys may do it).
  ...['(304, -100, ctypes.create_string_buffer(64), 0)', '(321, 0, ctypes.create_string_buffer(128), 128)', '(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)', '(175, ctypes.create_string_buffer(8), 8, b"")', '(246, 0, 0, 0, 0)', '(169, 0xfee1dead, 672274793, 0, 0)'].map((call) => `test "$(uname -m)" = x86_64 && ${python(`import ctypes, sys; libc = ctypes.CDLL(None, use_errno=True); r = libc.syscall${call}; sys.exit(0 if r >= 0 or ctypes.get_errno() not in (1, 38) else 1)`)}`),
]

describe.each([['root', { uid: 0, gid: 0 }], ['a uid that nobody knows', { uid: 40_404, gid: 40_405 }]])('a project of %s', (_who, owner) => {
  const install = `dev-owner-${randomBytes(3).toString('hex')}`
  const container = `${install}-s-one`
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'owners-it-')))
  const [worktree, socket] = [join(dir, 'home/worktrees/shop/one'), join(dir, 'spawner.sock')]
  const inside = (script: string) => spawnSync('docker', ['exec', '-i', '-e', `OBJECTS=${dir}/shop/.git/objects`, '-w', '/workspace', container, 'bash', '-s'], { encoding: 'utf8', input: script })
  let server: Server

  beforeAll(async () => {
    execFileSync('git', ['init', '-q', join(dir, 'shop')])
    mkdirSync(join(worktree, 'vendored'), { recursive: true })
    for (const file of ['own', 'foreign']) writeFileSync(join(worktree, file), 'secret of the person\n', { mode: 0o600 })
    writeFileSync(join(worktree, '.git'), 'gitdir: ../..\n')
    execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, join(dir, 'home'), join(dir, 'shop')])
    chownSync(join(worktree, 'foreign'), STRANGER, STRANGER)
    docker('run', '--rm', '--entrypoint', 'sh', '-u', '0', ...['sockets', 'seeds', 'mirror', 'checks'].flatMap((v) => ['-v', `${install}_${v}:/v/${v}`]), agentImage, '-c', `mkdir -p /v/sockets/one /v/seeds/one && touch /v/sockets/one/relay.sock && chown -R ${owner.uid}:${owner.gid} /v`)
    const config = { install, projectDir: join(dir, 'shop'), home: join(dir, 'home'), agentImage, hostCa: null, stateDir: join(dir, 'state'), socket, dockerSocket: '/var/run/docker.sock', owner, buildArgs: {}, registries: [], crashpoints: null, agentCrashpoints: false }
    const engine = connectEngine(config.dockerSocket)
    server = createRpc({ config, engine, ledger: openLedger(config.stateDir), prepare: createPrepare(config, engine), builds: createBuilds() })
    await listenAs(server, socket, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 })
    expect(await createRuntime({ socket }).ensure({ project: 'shop' as ProjectId, session, role: 'executor', resources: { memoryMb: 512, cpus: 1, pids: 100 }, paired: false, covers: ['vendored'], cli: null })).toMatchObject({ ok: true, value: { state: 'running' } })
  }, 120_000)

  afterAll(() => {
    server.close()
    server.closeAllConnections()
    for (const id of docker('ps', '-aq', '--filter', `name=${install}`).split('\n').filter(Boolean)) docker('rm', '-f', id)
    for (const name of docker('volume', 'ls', '-q').split('\n').filter((v) => v.startsWith(install))) docker('volume', 'rm', name)
    for (const tag of docker('images', '--format', '{{.Repository}}:{{.Tag}}').split('\n').filter((t) => t.startsWith(install))) docker('rmi', '-f', tag)
    rmSync(dir, { recursive: true })
  })

  it('is worked on as that user, who has a name, a home and files of their own', () => {
    const made = inside('id -u; id -g; whoami; node -p "os.userInfo().uid" ; python3 -c "import getpass; print(getpass.getuser())"; cd /orchestra/git && git init -q . && git -c user.name=A -c user.email=a@b commit -q --allow-empty -m x && git log -1 --format=%s; touch ~/x /workspace/x /tmp/x && stat -c %u ~/x /workspace/x; printf "#!/bin/sh\necho ran\n" >/tmp/run; chmod +x /tmp/run; /tmp/run')
    const name = owner.uid === 0 ? 'root' : 'agent'
    expect(made.stdout.split('\n'), made.stderr).toEqual([String(owner.uid), String(owner.gid), name, String(owner.uid), name, 'x', String(owner.uid), String(owner.uid), 'ran', ''])
  })

  it('has no capability, can gain none, and no way past what every session has', () => {
    const status = inside('cat /proc/self/status').stdout
    for (const line of [/CapInh:\s+0+\n/, /CapPrm:\s+0+\n/, /CapEff:\s+0+\n/, /CapBnd:\s+0+\n/, /CapAmb:\s+0+\n/, /NoNewPrivs:\s+1\n/, /Seccomp:\s+2\n/]) expect(status).toMatch(line)
    const script = attempts.map((line, i) => `if ( ${line} ) >/dev/null 2>/tmp/said; then echo "${i}"; elif grep -q 'not found' /tmp/said; then echo "not tried: ${i}"; fi`).join('\n')
    const ran = inside(`${script}\necho tried`)
    expect(ran.stdout.trim().split('\n').map((n) => attempts[Number(n)] ?? n), ran.stderr).toEqual(['tried'])
  })
})
