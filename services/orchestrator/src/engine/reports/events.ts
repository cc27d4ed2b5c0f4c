import { ok } from '@orchestra/contracts'
import type { AgentEvent, link, Result, SessionId } from '@orchestra/contracts'
import { activityOf } from '../../domain/activity.ts'
import { afterEvent } from '../../domain/agent-facts.ts'
import type { Core } from '../core.ts'
import { goOnAfterLimit } from '../limits.ts'
import { goOnWhenReached } from '../reached.ts'
import { answeredBy } from './receipt.ts'

/**
 * A batch in one transaction. Events are numbered for as long as the session's home volume lives, and the conversation's id
 * changes with it: together they name an event for ever, so that a repeat is seen.
 */
export const onEvents = (core: Core, id: SessionId, frame: Extract<link.FromAgent, { type: 'events' }>): Promise<Result<unknown>> => core.commit(async (tx) => {
  let row = await tx.session(id)
  if (!row) return ok({})
  const actor = { kind: 'session', id } as const
  let news = false
  let limited = false
  for (const [i, event] of frame.events.entries()) {
    const recorded = await tx.event({ type: 'agent', session: id, actor, data: event satisfies AgentEvent, source: `${row.conversation}/${frame.from + i}` })
    if (!recorded) continue
    news = true
    limited ||= event.type === 'turn.failed' && event.error === 'rate_limit'
    row = { ...row, ...afterEvent(row, event), lastActivity: activityOf(recorded) ?? row.lastActivity, lastEventAt: recorded.at, hookAt: recorded.at }
  }
  if (news && row.modelTrouble?.ended && frame.events.at(-1)?.type === 'turn.failed') row = await goOnWhenReached(core, tx, row)
  if (news) await tx.putSession(row)
  const ended = frame.events.findLast((e) => e.type === 'turn.ended')
  if (news && ended) await answeredBy(tx, id, ended.at)
  if (limited) await goOnAfterLimit(core, tx, id)
  return ok({})
})
