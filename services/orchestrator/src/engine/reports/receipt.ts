import { ok } from '@orchestra/contracts'
import type { link, MessageId, Result, SessionId } from '@orchestra/contracts'
import type { MessageRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'

const order = { queued: 0, failed: 1, delivered: 2, seen: 3, answered: 4 } as const

/** Only the receiver can say that it has a message, and a state never goes back. */
export const onReceipt = (core: Core, id: SessionId, r: Extract<link.FromAgent, { type: 'receipt' }>): Promise<Result<unknown>> => core.commit(async (tx) => {
  const now = await tx.now()
  const changed: MessageRow[] = []
  for (const message of r.messages) {
    const row = await tx.message(message)
    if (!row || row.to.kind !== 'session' || row.to.id !== id || order[row.delivery] >= order[r.state]) continue
    const deliveredAt = r.state === 'failed' ? row.deliveredAt : (row.deliveredAt ?? now)
    await tx.putMessage({ ...row, delivery: r.state, deliveryReason: r.reason ?? null, deliveredAt, seenAt: r.state === 'seen' ? now : row.seenAt })
    changed.push(row)
    await settleAll(tx, row, now)
  }
  // In a short turn the receipts come when it is over already.
  if (r.state === 'seen' && changed.length) await answered(tx, await tx.readInEndedTurn(id, changed.map((m) => m.id)), now)
  if (changed.length) await tx.event({ type: 'message.delivered', session: id, actor: system('relay'), data: { messages: changed.map((m) => m.id), state: r.state, reason: r.reason ?? null } })
  return ok({})
})

/**
 * A turn ended at `at`: what stood in its conversation by then was read, and is answered. That it was seen has mostly been said before; where
 * that receipt died with a relay, the end of the turn, which is never lost, says it.
 */
export const answeredBy = async (tx: Tx, id: SessionId, at: string): Promise<void> => {
  const now = await tx.now()
  for (const m of await tx.messagesUnanswered(id)) {
    if (m.delivery === 'delivered' && (m.deliveredAt === null || Date.parse(m.deliveredAt) > Date.parse(at))) continue
    await readToTheEnd(tx, m, now)
  }
}

const answered = async (tx: Tx, messages: readonly MessageId[], now: string): Promise<void> => {
  for (const id of messages) {
    const m = await tx.message(id)
    if (m !== null) await readToTheEnd(tx, m, now)
  }
}

/** The turn that read it is over. A question is answered by its answer alone. */
const readToTheEnd = async (tx: Tx, m: MessageRow, now: string): Promise<void> => {
  const seen: MessageRow = { ...m, delivery: 'seen', seenAt: m.seenAt ?? now }
  await tx.putMessage(m.kind === 'question' && m.copyOf === null ? seen : { ...seen, delivery: 'answered', answeredAt: m.answeredAt ?? now })
  await settleAll(tx, m, now)
}

/** A message to all is as far as the last of its copies. */
const settleAll = async (tx: Tx, copy: MessageRow, now: string): Promise<void> => {
  const original = copy.copyOf ? await tx.message(copy.copyOf) : null
  if (original?.to.kind !== 'all') return
  const least = (await tx.copiesOf(original.id)).map((c) => c.delivery).reduce((a, b) => (order[b] < order[a] ? b : a))
  if (order[least] <= order[original.delivery]) return
  const at = (state: typeof least, known: string | null) => known ?? (order[least] >= order[state] ? now : null)
  await tx.putMessage({ ...original, delivery: least, deliveredAt: at('delivered', original.deliveredAt), seenAt: at('seen', original.seenAt), answeredAt: at('answered', original.answeredAt) })
}
