import type { Role } from '@orchestra/contracts'
import { describe, expect, it } from 'vitest'
import { createBody, isCoverPath } from './hostconfig.ts'
import type { SessionSpec } from './hostconfig.ts'

const spec = (over: Partial<SessionSpec> = {}): SessionSpec => ({
  install: 'shop', home: '/home/ada/.orchestra', project: 'shop-1a2b', session: 'rate-limiting', role: 'executor', paired: false,
  objects: ['/home/ada/shop/.git/objects'], specDir: null, hostCa: null, registries: [], crashpoints: false, owner: { uid: 1000, gid: 1001 }, image: 'shop-owned:x',
  entrypoint: ['agentd'], cmd: [], resources: { memoryMb: 4096, cpus: 2, pids: 512 }, engineCpus: 8, covers: [], ...over,
})
const mountsOf = (over: Partial<SessionSpec>) => createBody(spec(over)).HostConfig.Mounts
const at = (over: Partial<SessionSpec>, target: string) => mountsOf(over).find((m) => m.Target === target)

describe('an agent container', () => {
  it.each<Role>(['executor', 'designer', 'check'])('has no network, no capability and a read-only root as %s', (role) => {
    const body = createBody(spec({ role, specDir: '/home/ada/shop/.orchestra/spec' }))
    expect(body.HostConfig).toMatchObject({
      NetworkMode: 'none', CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'], Privileged: false, ReadonlyRootfs: true, Init: true,
      PidsLimit: 512, Memory: 4096 * 1024 * 1024, MemorySwap: 4096 * 1024 * 1024, RestartPolicy: { Name: 'no' }, Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
    })
    expect(body.User).toBe('1000:1001')
    expect(JSON.stringify(body)).not.toMatch(/docker\.sock|seccomp=unconfined|CapAdd|Devices|VolumesFrom/)
  })

  it('sees of the host, as an executor, its worktree writable and objects read-only', () => {
    const binds = mountsOf({}).filter((m) => m.Type === 'bind')
    expect(binds.map((m) => [m.Source, m.Target, m.ReadOnly])).toEqual([
      ['/home/ada/.orchestra/worktrees/shop-1a2b/rate-limiting', '/workspace', false],
      ['/home/ada/shop/.git/objects', '/home/ada/shop/.git/objects', true],
    ])
    expect(at({}, '/workspace/.git')).toMatchObject({ Type: 'volume', Source: 'shop-gitfile', ReadOnly: true })
    expect(at({}, '/run/orchestra')).toMatchObject({ Source: 'shop_sockets', ReadOnly: true, VolumeOptions: { Subpath: 'rate-limiting' } })
    expect(at({}, '/run/orchestra-seed')).toMatchObject({ Source: 'shop_seeds', ReadOnly: true, VolumeOptions: { Subpath: 'rate-limiting' } })
  })

  it('writes, as a designer, only the spec folder', () => {
    const writable = mountsOf({ role: 'designer', specDir: '/home/ada/shop/.orchestra/spec' }).filter((m) => !m.ReadOnly).map((m) => m.Target)
    expect(writable).toEqual(['/workspace/.orchestra/spec', '/orchestra/git', '/home/agent'])
  })

  it('gets the mirror read-only when paired, and only then', () => {
    expect(at({ paired: true }, '/source')).toMatchObject({ Source: 'shop_mirror', ReadOnly: true })
    expect(at({}, '/source')).toBeUndefined()
  })

  it('covers submodules by an empty read-only folder, never by a bind that would follow a link', () => {
    const body = createBody(spec({ covers: ['lib/vendored'] }))
    expect(body.HostConfig.Tmpfs['/workspace/lib/vendored']).toMatch(/^ro,/)
    expect(body.HostConfig.Mounts.some((m) => m.Target.includes('vendored'))).toBe(false)
  })

  it('asks for no more processors than the engine has', () => {
    expect(createBody(spec({ resources: { memoryMb: 512, cpus: 64, pids: 64 }, engineCpus: 2 })).HostConfig.NanoCpus).toBe(2e9)
  })

  it('trusts the host\'s certificates only where there are some', () => {
    expect(createBody(spec({ hostCa: '/etc/ssl/certs/ca.pem' })).Env).toContain('NODE_EXTRA_CA_CERTS=/etc/orchestra/host-ca.pem')
    expect(createBody(spec()).Env).toEqual(['HOME=/home/agent'])
    expect(createBody(spec({ owner: { uid: 0, gid: 0 } })).Env).toContain('IS_SANDBOX=1')
  })
})

describe('hostile cover paths', () => {
  const hostile = ['../../etc', '/etc', 'a/../../b', '.git', '.GIT/hooks', '', '.', 'a//b', 'a/', 'x:rw', 'x,exec', 'a\0b', 'a\\b']
  it.each(hostile)('refuses %j', (path) => {
    expect(isCoverPath(path)).toBe(false)
    expect(() => createBody(spec({ covers: [path] }))).toThrow('not below the worktree')
  })
  it.each(['lib', 'third party/zlib', 'a.b/..c'])('takes %j', (path) => expect(isCoverPath(path)).toBe(true))
})
