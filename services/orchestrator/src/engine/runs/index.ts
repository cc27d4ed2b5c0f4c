/** Commands that run in containers: setup, checks, checks on merged trees, image builds. */
import type { Handlers } from '../dispatch.ts'
import type { Core } from '../core.ts'
import type { EffectHandlers } from '../worker.ts'
import { makeBells } from './bells.ts'
import type { Bells } from './bells.ts'
import { makeRunCommands, makeRunEffects } from './commands.ts'
import { approveImage, makeImageEffects } from './image.ts'
import { makeLogs } from './logs.ts'
import { endOverdue } from './overdue.ts'
import type { RunLogs } from './logs.ts'
import { makeOnRunStatus } from './status.ts'

export type Runs = {
  commands: Pick<Handlers, 'session.check' | 'run.cancel' | 'run.retry' | 'image.approve'>
  effects: EffectHandlers
  bells: Bells
  logs: RunLogs
  onStatus: ReturnType<typeof makeOnRunStatus>
  /** Ends what has run longer than a check may. */
  endOverdue(): Promise<void>
  /** Lets go of what waits for a run; it is taken up again at the next start. */
  stop(): void
}

export const makeRuns = (core: Core, handlers: Pick<Handlers, 'session.retry'>): Runs => {
  const bells = makeBells()
  const logs = makeLogs(core, bells)
  return {
    commands: { ...makeRunCommands(bells, handlers, approveImage), 'image.approve': (ctx, { blob }) => approveImage(ctx, blob) },
    effects: { ...makeRunEffects(bells), ...makeImageEffects(bells, logs) },
    bells,
    logs,
    onStatus: makeOnRunStatus(core, bells),
    endOverdue: () => endOverdue(core, bells),
    stop: bells.stop,
  }
}
