import { problem } from '@orchestra/contracts'
import type { Problem, SessionId, StartStep } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'
import { admit } from '../queue.ts'

const logLines = 50

const stepWords: Record<StartStep, string> = {
  branch: 'making the branch', worktree: 'writing the worktree', relay: 'opening the socket', container: 'starting the container', setup: 'the setup command', cli: 'starting the coding CLI',
}

/** Commits a failed start: the step, what it said, the end of its log. `retry` starts over from the first step. */
export const failStart = async (core: Core, id: SessionId, step: StartStep, why: Problem): Promise<void> => {
  const fromContainer = step === 'container' || step === 'cli'
  const log = why.detail ?? (fromContainer ? await core.runtime.logs(id, logLines) : '')
  const shown = problem(why.code, `Failed at ${stepWords[step]}: ${why.message}`, { about: id, next: why.next, detail: log.split('\n').slice(-logLines).join('\n') })
  await core.commit(async (tx) => {
    const row = await tx.session(id)
    if (!row || row.phase === 'deleted' || row.phase === 'deleting') return
    const now = await tx.now()
    await tx.putSession({ ...row, phase: 'failed', startStep: step, problem: shown, lastEventAt: now, lastActivity: shown.message.slice(0, 200) })
    await tx.event({ type: 'session.failed', session: id, actor: system('start'), data: { step, problem: shown } })
    await admit(core, tx, now)
  })
}
