import { fail, ok, problem } from '@orchestra/contracts'
import { reallow } from '../allowance.ts'
import type { Handlers } from '../dispatch.ts'
import { known } from './life.ts'

export const budgetCommands: Pick<Handlers, 'session.budget'> = {
  'session.budget': ({ core, actor, commit }, { session, usd, tokens }) => commit(async (tx, now) => {
    if (actor.kind !== 'person') return fail(problem('forbidden', 'Only the person sets what a session may spend.', { about: session }))
    const row = await known(tx, session)
    if (!row.ok) return row
    await tx.putSession({ ...row.value, budgetUsd: usd, budgetTokens: tokens, lastEventAt: now })
    await tx.event({ type: 'session.budget', session, actor, data: { usd, tokens } })
    await reallow(core, tx, actor, now)
    return ok({})
  }),
}
