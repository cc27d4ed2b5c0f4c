import type { SpawnerCall } from '../frame/spawner.ts'
import type { Target } from '../frame/target.ts'

export const resources = { memoryMb: 512, cpus: 1, pids: 256 }

/** A call of `ensure` as the orchestrator makes it, with whatever a hostile one adds. */
export const ensureCall = (t: Target, session: string, more: object = {}): SpawnerCall =>
  ({ path: '/ensure', body: { project: t.projectId, session, role: 'executor', resources, paired: false, covers: [], ...more } })
