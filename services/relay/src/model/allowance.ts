/**
 * What a session may do with the model, held here: its rate, and its budget from what the endpoint said that its requests took. The
 * orchestrator is asked once, and again when it says that something changed; until it has answered nothing is sent.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Allowance, fail, ok, overBudget, problem, spentOn } from '@orchestra/contracts'
import type { Problem, Result, SessionId, Spent, Tokens } from '@orchestra/contracts'
import { bounds } from '../bounds.ts'
import type { Bus } from '../bus/port.ts'
import { makeRate } from '../mcp/rate.ts'
import type { Reporter } from '../reports/reporter.ts'

export type SessionAllowance = {
  /** Resolves when one more request may be sent. While the budget is used up it waits, until there is more or `gone` fires. */
  enter(gone: AbortSignal): Promise<Result<Allowance>>
  /**
   * Resolves when a request that may take this much may be sent beside those that are under way, so that they can't pass the budget together: near
   * its end they go one after the other. One that is alone goes whatever its size. The function that comes back ends what was held for it.
   */
  hold(most: Spent, gone: AbortSignal): Promise<Result<() => void>>
  /** A request has ended; `reported` settles when its usage has been committed. */
  add(model: string, tokens: Tokens, reported: Promise<unknown>): void
  /** What was said may no longer be so: asked anew, also for what waits. */
  forget(): void
}

/** The orchestrator may be restarting. */
const PATIENCE = 45_000
/** While a budget is used up this is said again: the session may have been in no state to be paused. */
const AGAIN = 15_000

export const makeAllowance = (session: SessionId, bus: Pick<Bus, 'report'>, reporter: Reporter): SessionAllowance => {
  let known: Promise<Result<Allowance>> | null = null
  let current: Allowance | null = null
  let changed = new AbortController()
  let rate = { perMinute: 0, take: (): boolean => true }
  const uncommitted = new Set<Promise<unknown>>()
  const underWay = new Set<Spent>()
  let ended = new AbortController()

  const ask = async (): Promise<Result<Allowance>> => {
    const until = Date.now() + PATIENCE
    for (let wait = 250; ; wait = Math.min(wait * 2, 3000)) {
      // What is on its way would be missing in what the orchestrator has counted.
      await Promise.race([Promise.allSettled(uncommitted), delay(until - Date.now())])
      const reply = await bus.report({ type: 'allowance', session })
      if (reply.ok) return ok(Allowance.parse(reply.value))
      if (reply.problem.code !== 'timed_out' || Date.now() + wait > until) return reply
      await delay(wait)
    }
  }
  const load = async (): Promise<Result<Allowance>> => {
    const asked = ask()
    known = asked
    const reply = await asked.catch((error: unknown) => fail(problem('internal_error', 'The relay could not ask what this session may do.', { detail: String(error) })))
    if (known !== asked) return load() // changed while it was asked
    if (reply.ok) current = reply.value
    else known = null
    return reply
  }
  /** One question at a time, whoever waits for it. */
  let loading: Promise<Result<Allowance>> | null = null
  const allowance = (): Promise<Result<Allowance>> => {
    if (current) return Promise.resolve(ok(current))
    loading ??= load().finally(() => { loading = null })
    return loading
  }
  const tooFast = (perMinute: number | null): Problem | null => {
    const most = Math.min(perMinute ?? bounds.modelRequestsPerMinute, bounds.modelRequestsPerMinute)
    if (rate.perMinute !== most) rate = { perMinute: most, take: makeRate(most, 60_000) }
    return rate.take() ? null : problem('rate_limited', `More than ${most} model requests in a minute.`, { about: session })
  }

  const hasRoom = ({ spent, budget }: Allowance, most: Spent): boolean => {
    const total = (what: keyof Spent): number => [spent, most, ...underWay].reduce((sum, one) => sum + one[what], 0)
    return underWay.size === 0 || ((budget.usd === null || total('usd') <= budget.usd) && (budget.tokens === null || total('tokens') <= budget.tokens))
  }
  /** Returns when the budget is not used up and `may` says so, too; `may` is asked last. */
  const untilMay = async (gone: AbortSignal, may: (said: Allowance) => boolean): Promise<Result<Allowance>> => {
    for (;;) {
      const said = await allowance()
      if (!said.ok) return said
      if (gone.aborted) return fail(problem('timed_out', 'The caller hung up.', { about: session }))
      const used = overBudget(said.value.spent, said.value.budget) !== null
      if (!used && may(said.value)) return said
      const woken = AbortSignal.any([changed.signal, ended.signal, gone])
      if (used) void reporter.send({ type: 'over-budget' })
      await delay(AGAIN, undefined, { signal: woken }).catch(() => undefined) // woken: looks again
    }
  }

  return {
    async enter(gone) {
      const said = await allowance()
      const fast = said.ok ? tooFast(said.value.requestsPerMinute) : null
      return fast ? fail(fast) : untilMay(gone, () => true)
    },
    async hold(most, gone) {
      const own = { ...most }
      // Looked and taken in one step: many wait, and all are woken at once.
      const said = await untilMay(gone, (known) => { const room = hasRoom(known, own); if (room) underWay.add(own); return room })
      if (!said.ok) return said
      return ok(() => {
        if (!underWay.delete(own)) return
        ended.abort()
        ended = new AbortController()
      })
    },
    add(model, tokens, reported) {
      const settled = reported.then(() => undefined, () => undefined).finally(() => uncommitted.delete(settled))
      uncommitted.add(settled)
      if (!current) return
      const more = spentOn(model, tokens, current.prices)
      current = { ...current, spent: { usd: current.spent.usd + more.usd, tokens: current.spent.tokens + more.tokens } }
    },
    forget() {
      current = null
      known = null
      changed.abort()
      changed = new AbortController()
    },
  }
}
