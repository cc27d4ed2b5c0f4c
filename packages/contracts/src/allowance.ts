/** What a session may ask of the model, and how much. The relay holds each session to it; the orchestrator says what it is. */
import { z } from 'zod'
import { costOf } from './prices.ts'
import type { Price } from './prices.ts'
import { modelRule } from './rules.ts'
import type { Tokens } from './views.ts'

/** What the model's provider does on its own side when a request asks for it: each of them is a way out of a session that has no network. */
export const ProviderTool = z.enum(['web_search', 'web_fetch', 'code_execution', 'mcp', 'url_source', 'file_source'])
export type ProviderTool = z.infer<typeof ProviderTool>

/** A model by its name, or what begins with it: `claude-sonnet-5`, `claude-haiku-*`. A name allows its dated releases too. */
export const ModelRule = z.string().max(100).regex(modelRule, 'write a model, or the beginning of one with a *')
export type ModelRule = z.infer<typeof ModelRule>

/** Of one session, over its whole life. Tokens read from the cache don't count, dollars are by list price. Null: no bound. */
export const Budget = z.object({ usd: z.number().positive().max(1_000_000).nullable(), tokens: z.number().int().positive().max(1e12).nullable() })
export type Budget = z.infer<typeof Budget>

export const Spent = z.object({ usd: z.number(), tokens: z.number() })
export type Spent = z.infer<typeof Spent>

const Rate = z.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() })

export const Allowance = z.object({
  budget: Budget,
  /** What was committed when this was said. */
  spent: Spent,
  /** Empty: every model. */
  models: z.array(ModelRule).max(50),
  providerTools: z.array(ProviderTool),
  /** Null: the relay's own bound. */
  requestsPerMinute: z.number().int().min(1).max(10_000).nullable(),
  /** The project's own prices. */
  prices: z.record(z.string(), Rate.extend({ long: z.object({ above: z.number(), price: Rate }).optional() })),
})
export type Allowance = z.infer<typeof Allowance>

/** What a request, or many of one model, adds. A model without a price adds no dollars. */
export const spentOn = (model: string, tokens: Tokens, prices: Readonly<Record<string, Price>>): Spent =>
  ({ usd: costOf(model, tokens, prices) ?? 0, tokens: tokens.input + tokens.output + tokens.cacheWrite })

const money = (usd: number): string => `$${usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`

/** What of its budget is used up, in words; null: it may go on. */
export const overBudget = (spent: Spent, budget: Budget): string | null => {
  if (budget.usd !== null && spent.usd >= budget.usd) return `${money(spent.usd)} of ${money(budget.usd)}`
  if (budget.tokens !== null && spent.tokens >= budget.tokens) return `${spent.tokens} of ${budget.tokens} tokens`
  return null
}

export const modelAllowed = (models: readonly ModelRule[], model: string): boolean =>
  models.length === 0 || models.some((rule) => (rule.endsWith('*') ? model.startsWith(rule.slice(0, -1)) : model === rule || (model.startsWith(`${rule}-`) && /^\d{8}$/.test(model.slice(rule.length + 1)))))
