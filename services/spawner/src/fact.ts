import { labels } from '@orchestra/contracts'
import type { ContainerFact, SessionId } from '@orchestra/contracts'
import type { Inspected } from './docker/containers.ts'

const states: Record<string, ContainerFact['state']> = { created: 'created', running: 'running', restarting: 'running', paused: 'paused', exited: 'exited', dead: 'exited', removing: 'missing' }

export const missing = (session: SessionId): ContainerFact => ({ session, state: 'missing', exitCode: null, oomKilled: false, startedAt: null })

/** Docker's answer in our words. Out of memory is told even where the exit code is 0. */
export const factOf = (c: Inspected): ContainerFact => {
  const state = states[c.State.Status] ?? 'missing'
  return {
    session: (c.Config.Labels[labels.session] ?? '') as SessionId,
    state,
    exitCode: state === 'exited' ? c.State.ExitCode : null,
    oomKilled: c.State.OOMKilled,
    startedAt: c.State.StartedAt.startsWith('0001-') ? null : c.State.StartedAt,
  }
}
