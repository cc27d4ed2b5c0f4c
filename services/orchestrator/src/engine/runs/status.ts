/** A run's status as its container tells it: believed for that session's own runs only. */
import type { link, SessionId } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import type { Bells } from './bells.ts'
import { beginRun, endRun } from './rows.ts'

type Frame = Extract<link.FromAgent, { type: 'run-status' }>

export const makeOnRunStatus = (core: Core, bells: Bells) => async (session: SessionId, frame: Frame): Promise<void> => {
  await core.commit(async (tx) => {
    const run = await tx.run(frame.id)
    if (!run || run.session !== session) return
    const now = await tx.now()
    const actor = { kind: 'session', id: session } as const
    if (frame.status === 'running') return beginRun(tx, run, frame.tree, now, actor)
    await endRun(tx, run.id, { status: frame.status, exitCode: frame.exitCode, lastLine: frame.lastLine }, now, actor)
  })
  bells.ring(frame.id)
}
