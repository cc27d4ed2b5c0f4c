/** A question goes to the designer first: how long it may stay there, and how it gets on to the person. */
import type { Actor, MessageId, SessionId } from '@orchestra/contracts'
import { designerAway } from '../domain/messages.ts'
import type { MessageRow } from '../domain/rows.ts'
import type { EffectRow, Tx } from '../ports/store.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'

/** Until when it is the designer's; null with the reason when it is the person's at once. */
export const designerFirst = async (core: Core, tx: Tx, asker: SessionId, now: string): Promise<{ until: string } | { until: null; why: string | null }> => {
  const designer = (await tx.sessions()).find((s) => s.role === 'designer')
  if (!designer || designer.id === asker) return { until: null, why: null }
  const seconds = core.outside.settings(await tx.settings()).escalateSeconds
  const asks = (await tx.openQuestions()).some((q) => q.from.kind === 'session' && q.from.id === designer.id)
  const why = seconds === 0 ? 'questions are not left with the designer' : designerAway(designer, asks, core.outside.credential().limit, now)
  return why === null ? { until: new Date(Date.parse(now) + seconds * 1000).toISOString() } : { until: null, why }
}

const laneOf = (question: MessageId): string => `escalate:${question}`

/** When the time is over, the person is asked. */
export const escalateLater = (tx: Tx, question: MessageRow, now: string): Promise<void> => tx.effect({
  kind: 'question.escalate', lane: laneOf(question.id), payload: { message: question.id }, session: question.from.kind === 'session' ? question.from.id : null, actor: question.from,
  delayMs: Math.max(0, Date.parse(question.designerUntil ?? now) - Date.parse(now)),
})

/** It is answered or withdrawn. */
export const escalateNever = (tx: Tx, question: MessageRow): Promise<void> => tx.dropEffects(laneOf(question.id))

const isWithDesigner = (q: MessageRow): boolean => q.kind === 'question' && q.state === 'open' && q.designerUntil !== null && q.escalatedAt === null

export const escalate = async (tx: Tx, q: MessageRow, how: { actor: Actor; reason: string; note: string | null; now: string }): Promise<void> => {
  await tx.putMessage({ ...q, escalatedAt: how.now, note: how.note ?? q.note })
  await tx.event({ type: 'message.escalated', session: q.from.kind === 'session' ? q.from.id : null, actor: how.actor, data: { message: q.id, reason: how.reason } })
}

export const escalateEffect = async (core: Core, effect: EffectRow): Promise<void> => {
  const { message } = effect.payload as { message: MessageId }
  await core.commit(async (tx) => {
    const q = await tx.message(message)
    if (q && isWithDesigner(q)) await escalate(tx, q, { actor: system('questions'), reason: 'the designer has not answered in time', note: null, now: await tx.now() })
  })
}

/** The designer can no longer answer: all that is with it goes on at once. */
export const escalateAll = async (tx: Tx, reason: string, now: string): Promise<void> => {
  for (const q of await tx.openQuestions()) if (isWithDesigner(q)) await escalate(tx, q, { actor: system('questions'), reason, note: null, now })
}
