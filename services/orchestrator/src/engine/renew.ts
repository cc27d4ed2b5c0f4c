/** A container that is to be made anew waits for its session's next idle moment: no turn is cut off for it. */
import type { SessionId } from '@orchestra/contracts'
import { inTurn, startAgain } from './commands/life.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'

export const renewIfIdle = (core: Core, id: SessionId): Promise<void> => core.commit(async (tx) => {
  const s = await tx.session(id)
  if (!s?.renewWhenIdle || s.phase !== 'running' || inTurn(s)) return
  await startAgain({ core, actor: system('renew') }, tx, s, {
    fresh: true, replace: true, now: await tx.now(), event: { type: 'session.restarted', session: id, actor: system('renew'), data: { why: 'its container is made anew' } },
  })
})
