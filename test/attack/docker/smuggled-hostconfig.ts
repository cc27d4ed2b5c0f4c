import type { Attack } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { docker } from '../frame/program.ts'
import { ensureCall } from './_ensure.ts'

type Made = {
  Config: { Image: string; User: string; Cmd: string[]; Entrypoint: string[] }
  HostConfig: { Privileged: boolean; NetworkMode: string; PidMode: string; CapAdd: string[] | null; Devices: unknown[] | null; VolumesFrom: string[] | null; UsernsMode: string; SecurityOpt: string[] | null; Runtime: string }
  Mounts: { Type: string; Source: string; Destination: string; RW: boolean }[]
}

/** What a container of ours may have of the host: its worktree, the repository's objects, the CA bundle. */
const foreign = (m: Made['Mounts'][number], allowed: string[]): boolean => m.Type === 'bind' && !allowed.some((path) => m.Source === path)

const attack: Attack = {
  tries: 'asks the spawner for a container with mounts of the host, the Docker socket, an image of its own, a network, capabilities and privileges',
  success: 'the container has any of them',
  run: async (t) => {
    const { worktree } = await t.agent('dock')
    const extras = {
      image: 'debian:trixie-slim', Image: 'debian:trixie-slim', cmd: ['sleep', '600'], entrypoint: ['/bin/sh', '-c', 'sleep 600'], user: '0:0', User: '0:0', network: 'host', NetworkMode: 'host', specDir: '/', objects: ['/'], home: '/',
      mounts: [{ Type: 'bind', Source: '/', Target: '/host' }], Binds: ['/:/host', '/var/run/docker.sock:/var/run/docker.sock'], env: ['LD_PRELOAD=/workspace/x.so'], hostCa: '/etc/shadow', install: 'other',
      HostConfig: {
        Binds: ['/:/host'], Mounts: [{ Type: 'bind', Source: '/etc', Target: '/host-etc' }, { Type: 'volume', Source: 'x', Target: '/v', VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/' } } } }],
        Privileged: true, NetworkMode: 'host', PidMode: 'host', CapAdd: ['ALL'], SecurityOpt: ['seccomp=unconfined'], Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda' }], VolumesFrom: [t.service('spawner')], UsernsMode: 'host',
      },
    }
    await t.spawner([{ path: '/remove', body: { session: 'dock', volumes: false } }])
    const replies = await t.spawner([
      ensureCall(t, 'dock', extras), ensureCall(t, 'dock', { ...extras, __proto__: { image: 'debian' }, constructor: { prototype: { Privileged: true } } }),
      ensureCall(t, 'dock', { ...extras, role: 'designer' }), ensureCall(t, 'dock', { role: 'executor', covers: ['../../../host', 'a/../../..', '/etc', '.git', '.GIT/hooks', 'x:/host', 'x,readonly=false'] }),
    ])
    const inspected = await docker(['inspect', `${t.install}-s-dock`])
    need(inspected.code === 0, `no container was made, so nothing was tried: ${JSON.stringify(replies.map((r) => r.body.slice(0, 300)))}`)
    const [made] = JSON.parse(inspected.out) as [Made]
    const h = made.HostConfig
    const allowed = [worktree, `${t.project}/.git/objects`, `${t.project}/.orchestra/spec`, process.env.ORCHESTRA_HOST_CA ?? '/etc/ssl/certs/ca-certificates.crt']
    const wrong = [
      ...made.Mounts.filter((m) => foreign(m, allowed)).map((m) => `${m.Source} of the host at ${m.Destination}`),
      ...(h.Privileged ? ['privileged'] : []), ...(h.NetworkMode === 'none' ? [] : [`network ${h.NetworkMode}`]), ...(h.PidMode === '' ? [] : [`pid namespace ${h.PidMode}`]), ...(h.CapAdd ?? []), ...(h.VolumesFrom ?? []),
      ...((h.Devices ?? []).length === 0 ? [] : ['devices']), ...((h.SecurityOpt ?? []).some((o) => o.includes('unconfined')) ? ['no seccomp'] : []), ...(h.UsernsMode === '' ? [] : ['userns host']),
      ...(/^0?(:|$)/.test(made.Config.User) && t.owner !== null ? ['root'] : []), ...(made.Config.Image.includes('-owned:') ? [] : [`image ${made.Config.Image}`]),
    ]
    return wrong.length > 0 ? { through: wrong.join(', ') } : { held: `answers ${replies.map((r) => r.status).join(', ')}; the container has ${made.Mounts.length} mounts, none of them asked for` }
  },
}
export default attack
