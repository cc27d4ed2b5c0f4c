/**
 * The whole body of a session's `create` call. Pure, and the only place where one is written: a caller of the spawner gives ids
 * and bounded numbers, so no word of an agent or of the orchestrator reaches a mount, an image, a capability or a network.
 */
import { agentPaths, labels as names, dockerNames } from '@orchestra/contracts'
import type { Resources } from '@orchestra/contracts'
import type { Owner } from './config.ts'
import { CA_TARGET, sessionMounts } from './mounts.ts'
import type { Mount, MountSpec } from './mounts.ts'

export type SessionSpec = MountSpec & {
  owner: Owner
  image: string
  entrypoint: string[]
  cmd: string[]
  resources: Resources
  /** What the engine has: it refuses a limit above it. */
  engineCpus: number
  /** Submodule paths in the worktree, relative; each is covered by an empty read-only folder. */
  covers: string[]
  /** Variables of the operator's package registries (config.ts). */
  registries: string[]
  /** Of tests only: agentd may be told to die at a named point (contracts/crashpoints.ts). */
  crashpoints: boolean
}

export type CreateBody = {
  name: string
  Image: string
  Entrypoint: string[]
  Cmd: string[]
  User: string
  Hostname: string
  WorkingDir: string
  Env: string[]
  Labels: Record<string, string>
  NetworkDisabled: true
  HostConfig: {
    NetworkMode: 'none'
    CapDrop: ['ALL']
    SecurityOpt: ['no-new-privileges:true']
    Privileged: false
    ReadonlyRootfs: true
    Init: true
    IpcMode: 'private'
    PidsLimit: number
    Memory: number
    MemorySwap: number
    NanoCpus: number
    ShmSize: number
    Ulimits: { Name: string; Soft: number; Hard: number }[]
    RestartPolicy: { Name: 'no' }
    LogConfig: { Type: 'json-file'; Config: Record<string, string> }
    Tmpfs: Record<string, string>
    Mounts: Mount[]
  }
}

const MB = 1024 * 1024

export const sessionLabels = (s: Pick<SessionSpec, 'install' | 'project' | 'session' | 'role'>): Record<string, string> => ({
  [names.install]: s.install, [names.project]: s.project, [names.session]: s.session, [names.role]: s.role,
})

/** True for a plain relative path below the worktree that covers neither its root nor its `.git`. */
export const isCoverPath = (path: string): boolean => {
  const parts = path.split('/')
  return !/[\0:,\\]/.test(path) && parts[0]?.toLowerCase() !== '.git' && parts.every((p) => p !== '' && p !== '.' && p !== '..')
}

const tmpfs = (s: SessionSpec): Record<string, string> => {
  const own = `uid=${s.owner.uid},gid=${s.owner.gid}`
  return {
    // npm, pip and cargo run what they unpack below /tmp: it must allow exec. It counts against the memory limit.
    '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${Math.min(s.resources.memoryMb / 2, 2048) * MB}`,
    '/var/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${256 * MB}`,
    '/run/agentd': `rw,noexec,nosuid,nodev,mode=0700,${own},size=${16 * MB}`,
    '/var/lib/extrausers': `rw,noexec,nosuid,nodev,mode=0755,${own},size=${MB}`,
    // Empty and read-only: host git enters submodule folders, so what an agent puts there would be executed on the host.
    // A bind of the folder itself would follow a link that the agent left in its place.
    ...Object.fromEntries(s.covers.map((path) => [`${agentPaths.workspace}/${path}`, 'ro,noexec,nosuid,nodev,mode=0555,size=4096'])),
  }
}

const environment = (s: SessionSpec): string[] => [
  `HOME=${agentPaths.home}`,
  // The CLI refuses to work unattended as root unless it is told that it is contained.
  ...(s.owner.uid === 0 ? ['IS_SANDBOX=1'] : []),
  ...(s.hostCa === null ? [] : ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO'].map((v) => `${v}=${CA_TARGET}`)),
  ...s.registries,
  ...(s.crashpoints ? [`ORCHESTRA_CRASHPOINTS=${agentPaths.seedDir}`] : []),
]

/** Throws on a cover path that leaves the worktree: rpc has refused it before, so that is a bug. */
export const createBody = (s: SessionSpec): CreateBody => {
  const bad = s.covers.find((path) => !isCoverPath(path))
  if (bad !== undefined) throw new Error(`cover path ${JSON.stringify(bad)} is not below the worktree`)
  const labels = sessionLabels(s)
  return {
    name: dockerNames.container(s.install, s.session),
    Image: s.image,
    Entrypoint: s.entrypoint,
    Cmd: s.cmd,
    User: `${s.owner.uid}:${s.owner.gid}`,
    Hostname: s.session,
    WorkingDir: agentPaths.workspace,
    Env: environment(s),
    Labels: labels,
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Privileged: false,
      ReadonlyRootfs: true,
      Init: true,
      IpcMode: 'private',
      PidsLimit: s.resources.pids,
      Memory: s.resources.memoryMb * MB,
      MemorySwap: s.resources.memoryMb * MB,
      NanoCpus: Math.round(Math.min(s.resources.cpus, s.engineCpus) * 1e9),
      ShmSize: 128 * MB,
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '2' } },
      Tmpfs: tmpfs(s),
      Mounts: sessionMounts(s, labels),
    },
  }
}
