/** Which files a session's container sees. Pure: every source is made from configuration and checked ids. */
import { agentPaths, dockerNames, worktreePath } from '@orchestra/contracts'
import type { Role } from '@orchestra/contracts'

export type Mount = {
  Type: 'bind' | 'volume'
  Source: string
  Target: string
  ReadOnly: boolean
  BindOptions?: { Propagation: 'rprivate' }
  VolumeOptions?: { Subpath?: string; NoCopy?: boolean; Labels: Record<string, string>; DriverConfig?: Record<string, never> }
}

export type MountSpec = {
  install: string
  home: string
  project: string
  session: string
  role: Role
  paired: boolean
  /** The repository's objects and what their alternates name: absolute, read from the host. */
  objects: string[]
  /** The project's `.orchestra/spec`, verified to be a real folder; only a designer's container gets it. */
  specDir: string | null
  hostCa: string | null
}

/** Where the host's CA bundle stands in an agent container. */
export const CA_TARGET = '/etc/orchestra/host-ca.pem'
/** Volume with the one file that stands over every worktree's `.git`; filled from the owner's image (prepare.ts). */
export const gitfileVolume = (install: string) => `${install}-gitfile`
export const GITFILE = { dir: '/orchestra/gitfile', name: 'gitfile', text: `gitdir: ${agentPaths.git}\n` } as const

// Neither engine nor runtime makes a missing source of a bind: that fails, instead of leaving root-owned folders behind.
const bind = (Source: string, Target: string, ReadOnly: boolean): Mount => ({ Type: 'bind', Source, Target, ReadOnly, BindOptions: { Propagation: 'rprivate' } })

const part = (Source: string, Subpath: string, Target: string, ReadOnly: boolean): Mount => ({ Type: 'volume', Source, Target, ReadOnly, VolumeOptions: { Subpath, NoCopy: true, Labels: {} } })

const whole = (Source: string, Target: string, ReadOnly: boolean, Labels: Record<string, string> = {}): Mount => ({ Type: 'volume', Source, Target, ReadOnly, VolumeOptions: { NoCopy: ReadOnly, Labels } })

const workspace = (s: MountSpec): Mount[] => {
  switch (s.role) {
    case 'executor':
      return [
        bind(worktreePath(s.home, s.project, s.session), agentPaths.workspace, false),
        part(gitfileVolume(s.install), GITFILE.name, `${agentPaths.workspace}/.git`, true),
      ]
    case 'designer': {
      if (s.specDir === null) throw new Error('a designer needs the spec folder')
      return [
        whole(dockerNames.stackVolume(s.install, 'mirror'), agentPaths.workspace, true),
        bind(s.specDir, `${agentPaths.workspace}/.orchestra/spec`, false),
      ]
    }
    case 'check':
      return [part(dockerNames.stackVolume(s.install, 'checks'), s.session, agentPaths.workspace, false)]
  }
}

/** In the order in which they nest. `labels` go to the volumes that the engine makes here. */
export const sessionMounts = (s: MountSpec, labels: Record<string, string>): Mount[] => [
  ...workspace(s),
  ...(s.paired && s.role === 'executor' ? [whole(dockerNames.stackVolume(s.install, 'mirror'), agentPaths.source, true)] : []),
  whole(dockerNames.gitVolume(s.install, s.session), agentPaths.git, false, labels),
  whole(dockerNames.homeVolume(s.install, s.session), agentPaths.home, false, labels),
  part(dockerNames.stackVolume(s.install, 'sockets'), s.session, '/run/orchestra', true),
  part(dockerNames.stackVolume(s.install, 'seeds'), s.session, agentPaths.seedDir, true),
  ...s.objects.map((path) => bind(path, path, true)),
  ...(s.hostCa === null ? [] : [bind(s.hostCa, CA_TARGET, true)]),
]
