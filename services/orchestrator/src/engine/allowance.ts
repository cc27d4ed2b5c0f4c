/** What each session may do with the model: said to the relay when it asks, and what follows from a budget that is used up. */
import { fail, ok, overBudget, problem } from '@orchestra/contracts'
import type { Actor, Allowance, Result, SessionId } from '@orchestra/contracts'
import { budgetOf, spentBy } from '../domain/allowance.ts'
import type { SessionRow } from '../domain/rows.ts'
import type { Reader, Tx } from '../ports/store.ts'
import type { Core } from './core.ts'
import { background, must } from './core.ts'
import { pauseBySystem } from './pause.ts'
import { startEffect } from './queue.ts'
import type { EffectHandlers } from './worker.ts'

const budgetState = async (core: Core, read: Reader, row: SessionRow): Promise<Pick<Allowance, 'budget' | 'spent'>> =>
  ({ budget: budgetOf(row, core.outside.settings(await read.settings())), spent: spentBy(row.id, await read.usage(), core.outside.prices()) })

export const onAllowance = async (core: Core, session: SessionId): Promise<Result<Allowance>> => {
  const { read } = core.store
  const row = await read.session(session)
  if (!row || row.phase === 'deleted') return fail(problem('session_unknown', `There is no session "${session}".`, { about: session }))
  const { models, providerTools, requestsPerMinute } = core.outside.settings(await read.settings())
  return ok({ ...(await budgetState(core, read, row)), models, providerTools, requestsPerMinute, prices: core.outside.prices() })
}

/** What of its budget is used up, in words; null: it may go on. */
export const usedUp = async (core: Core, read: Reader, row: SessionRow): Promise<string | null> => {
  const { spent, budget } = await budgetState(core, read, row)
  return overBudget(spent, budget)
}

/** The request that waits in the relay goes on when the session continues, or when the budget had been raised meanwhile. */
export const onOverBudget = async (core: Core, session: SessionId): Promise<Result<unknown>> => {
  const row = await core.store.read.session(session)
  const used = row ? await usedUp(core, core.store.read, row) : null
  if (used === null) background(core, 'telling the relay about a budget', core.bus.reallow())
  else await pauseBySystem(core, session, 'budget', `Paused: its budget is used up (${used}). Give it more in its header or in Settings, and it goes on where it was.`)
  return ok({})
}

export const allowanceEffect = { kind: 'allowance.tell', lane: 'allowance', payload: {}, session: null } as const

export const allowanceEffects: EffectHandlers = {
  'allowance.tell': { attempts: Number.POSITIVE_INFINITY, perform: async (core) => must(await core.bus.reallow()) },
}

/** Part of a commit that changed what sessions may do: the relay asks anew, and who was paused by a budget that is enough now goes on. */
export const reallow = async (core: Core, tx: Tx, actor: Actor, now: string): Promise<void> => {
  await tx.effect({ ...allowanceEffect, actor })
  for (const row of (await tx.sessions()).filter((s) => s.phase === 'paused' && s.pausedBy === 'budget')) {
    if ((await usedUp(core, tx, row)) !== null) continue
    const gone = row.container === 'exited' || row.container === 'missing'
    const goesOn = gone ? { phase: 'starting' as const, startStep: 'container' as const } : { phase: 'running' as const }
    await tx.putSession({ ...row, ...goesOn, pausedBy: null, pausedText: null, lastEventAt: now })
    await tx.event({ type: 'session.continued', session: row.id, actor, data: { text: null } })
    if (gone) await startEffect(tx, row.id, actor)
    else await tx.effect({ kind: 'session.unpause', lane: `session:${row.id}`, payload: {}, session: row.id, actor })
  }
}
