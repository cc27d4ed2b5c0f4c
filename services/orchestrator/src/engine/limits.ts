/**
 * A limit belongs to the credential. The relay holds what would be sent with it; here it is shown, questions leave a designer that can
 * not think, and a session whose turn it ended gets the word to go on, which the relay hands over after the reset.
 */
import { ok } from '@orchestra/contracts'
import type { bus, Result, SessionId } from '@orchestra/contracts'
import type { Tx } from '../ports/store.ts'
import { background, system } from './core.ts'
import type { Core } from './core.ts'
import { escalateAll } from './escalate.ts'
import { tellToGoOn } from './go-on.ts'
import type { EffectHandlers } from './worker.ts'

const lane = 'limit'
const part = 'limits'
const from = system(part)

/** What the relay says of the credential's limit, now. */
const refresh = async (core: Core): Promise<void> => { if (await core.outside.refreshServices()) core.feed.projectChanged() }

/** Said again by each session that runs into it: an event, and the end, once for each reset. */
export const onLimited = async (core: Core, l: Extract<bus.SessionReport, { type: 'limited' }>): Promise<Result<unknown>> => {
  const until = l.until ?? new Date(Date.parse(l.at) + 60_000).toISOString()
  await core.commit(async (tx) => {
    const row = await tx.session(l.session)
    if (!row) return
    const now = await tx.now()
    const known = row.limitedUntil !== null && Date.parse(row.limitedUntil) === Date.parse(until)
    await tx.putSession({ ...row, limitedUntil: until, limitedText: l.text })
    if (known) return
    await tx.event({ type: 'usage.limited', session: l.session, actor: system('relay'), data: { until: l.until, text: l.text } })
    await tx.dropEffects(lane)
    await tx.effect({ kind: 'limit.over', lane, payload: { until }, session: null, actor: from, delayMs: Math.max(0, Date.parse(until) - Date.parse(now)) + 500 })
    await escalateAll(tx, 'the limit of the credential holds the designer', now)
  })
  background(core, 'asking for the limit', refresh(core))
  return ok({})
}

export const goOnAfterLimit = (core: Core, tx: Tx, session: SessionId): Promise<void> => tellToGoOn(core, tx, session, part, 'The limit that ended your last turn is over.')

export const limitEffects: EffectHandlers = {
  'limit.over': {
    attempts: Number.POSITIVE_INFINITY,
    perform: async (core) => {
      await core.commit(async (tx) => {
        const now = await tx.now()
        for (const s of await tx.sessions()) {
          if (s.limitedUntil === null || Date.parse(s.limitedUntil) > Date.parse(now)) continue
          await tx.putSession({ ...s, limitedUntil: null, limitedText: null })
          await tx.event({ type: 'usage.limit-over', session: s.id, actor: from, data: { text: 'The limit is over: sessions go on one by one.' } })
        }
      })
      await refresh(core)
    },
  },
}
