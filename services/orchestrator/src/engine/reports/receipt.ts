import { ok } from '@orchestra/contracts'
import type { link, Result, SessionId } from '@orchestra/contracts'
import type { MessageRow } from '../../domain/rows.ts'
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
  if (changed.length) await tx.event({ type: 'message.delivered', session: id, actor: system('relay'), data: { messages: changed.map((m) => m.id), state: r.state, reason: r.reason ?? null } })
  return ok({})
})

/** A message to all is delivered when every copy is. */
const settleAll = async (tx: Parameters<Parameters<Core['commit']>[0]>[0], copy: MessageRow, now: string): Promise<void> => {
  const original = copy.copyOf ? await tx.message(copy.copyOf) : null
  if (original?.to.kind !== 'all' || original.delivery !== 'queued') return
  const copies = await tx.copiesOf(original.id)
  if (copies.every((c) => order[c.delivery] >= order.delivered)) await tx.putMessage({ ...original, delivery: 'delivered', deliveredAt: now })
}
