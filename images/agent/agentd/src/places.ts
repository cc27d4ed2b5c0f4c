/** Where things are, so that tests can run agentd beside a real one. In the container: `inContainer`. */
import { agentPaths, ports } from '@orchestra/contracts'

export type Places = {
  workspace: string
  /** Private gitdir. */
  git: string
  home: string
  relaySocket: string
  seed: string
  seedIndex: string
  /** Folder for sockets and scratch files of this boot, on tmpfs. */
  run: string
  /** Folder that holds `passwd` and `group` for libnss-extrausers; null: leave the user table alone. */
  extrausers: string | null
  /** Instructions for each role, one folder a profile. */
  profiles: string
  gatewayPort: number
  hooksPort: number
}

export const inContainer: Places = {
  workspace: agentPaths.workspace,
  git: agentPaths.git,
  home: agentPaths.home,
  relaySocket: agentPaths.relaySocket,
  seed: agentPaths.seed,
  seedIndex: agentPaths.seedIndex,
  run: '/tmp/orchestra',
  extrausers: '/var/lib/extrausers',
  profiles: '/opt/orchestra/profiles',
  gatewayPort: ports.gateway,
  hooksPort: ports.hooks,
}

/** agentd's own files in the home volume: they survive a new container. */
export const stateDir = (p: Places) => `${p.home}/.orchestra`
