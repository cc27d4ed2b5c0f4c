/** A session's budget and what it has spent, from its rows. */
import { spentOn } from '@orchestra/contracts'
import type { Budget, Price, ProjectSettings, SessionId, Spent } from '@orchestra/contracts'
import type { SessionRow, UsageTotal } from './rows.ts'

export const budgetOf = (row: Pick<SessionRow, 'budgetUsd' | 'budgetTokens'>, settings: Pick<ProjectSettings, 'budgetUsd' | 'budgetTokens'>): Budget =>
  ({ usd: row.budgetUsd ?? settings.budgetUsd, tokens: row.budgetTokens ?? settings.budgetTokens })

/** By list price also where a subscription pays: a budget bounds the work, whoever is billed. */
export const spentBy = (session: SessionId, totals: readonly UsageTotal[], prices: Readonly<Record<string, Price>>): Spent =>
  totals.filter((t) => t.session === session).reduce((sum, t) => {
    const more = spentOn(t.model, t.tokens, prices)
    return { usd: sum.usd + (t.costUsd !== null && !t.unpriced ? t.costUsd : more.usd), tokens: sum.tokens + more.tokens }
  }, { usd: 0, tokens: 0 })
