/** Docker labels, names made from ids, and paths that two rooms must agree on. */
export const labels = {
  install: 'dev.orchestra.install',
  project: 'dev.orchestra.project',
  session: 'dev.orchestra.session',
  role: 'dev.orchestra.role',
} as const

export const dockerNames = {
  container: (install: string, session: string) => `${install}-s-${session}`,
  gitVolume: (install: string, session: string) => `${install}-git-${session}`,
  homeVolume: (install: string, session: string) => `${install}-home-${session}`,
  /** Volumes that compose makes. */
  stackVolume: (install: string, name: 'sockets' | 'seeds' | 'mirror' | 'checks') => `${install}_${name}`,
} as const

/** Inside an agent container. */
export const agentPaths = {
  workspace: '/workspace',
  /** Paired: the project's mirror, read-only. */
  source: '/source',
  git: '/orchestra/git',
  home: '/home/agent',
  relaySocket: '/run/orchestra/relay.sock',
  seedDir: '/run/orchestra-seed',
  seed: '/run/orchestra-seed/seed.json',
  seedIndex: '/run/orchestra-seed/index',
} as const

/** Loopback ports of agentd. */
export const ports = { gateway: 7700, hooks: 7701 } as const

/** Inside the stack's services. */
export const servicePaths = {
  sessions: '/run/sessions',
  relaySocket: (session: string) => `/run/sessions/${session}/relay.sock`,
  seeds: '/run/seeds',
  seedDir: (session: string) => `/run/seeds/${session}`,
  spawnerSocket: '/run/spawner/spawner.sock',
  state: '/var/lib/orchestra',
  mirror: '/run/mirror',
  checks: '/run/checks',
  checkDir: (session: string) => `/run/checks/${session}`,
} as const

/** On the host, below ORCHESTRA_HOME. */
export const worktreePath = (home: string, project: string, session: string) => `${home}/worktrees/${project}/${session}`

/** Refs that are ours in the person's repository; never under refs/heads or refs/tags. */
export const refs = {
  pinBase: (s: string) => `refs/orchestra/pin/${s}/base`,
  pinTip: (s: string) => `refs/orchestra/pin/${s}/tip`,
  attic: (s: string, sha: string) => `refs/orchestra/attic/${s}/${sha}`,
  /** In an agent's private gitdir: what it is shown of others. */
  shown: (name: string) => `refs/orchestra/${name}`,
} as const

/** Commit trailer that names the session. */
export const SESSION_TRAILER = 'Orchestra-Session'
