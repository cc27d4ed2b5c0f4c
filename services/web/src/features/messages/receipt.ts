/** How far a message got, in words with the time since: a receipt, not a guess. */
import type { MessageView } from '@orchestra/contracts'

export type Receipt = { word: string; /** since when it is so */ since: string | null; after?: string; tone: 'plain' | 'ask' | 'error' }
type Sent = Pick<MessageView, 'to' | 'kind' | 'state' | 'delivery' | 'deliveryReason' | 'sentAt' | 'deliveredAt' | 'seenAt' | 'answeredAt' | 'receivers' | 'waitsFor'>

/** Of a question: whom it waits for. */
const questionReceipt = (m: Sent): Receipt => {
  if (m.state !== 'open') return { word: m.state, since: m.answeredAt, ...(m.state === 'withdrawn' && m.deliveryReason && { after: m.deliveryReason }), tone: 'plain' }
  const { waitsFor } = m
  const whom = waitsFor === null || waitsFor.kind === 'person' ? 'you' : waitsFor.kind === 'designer' ? 'the designer' : waitsFor.id
  return { word: `waits for ${whom}`, since: m.sentAt, tone: whom === 'you' ? 'ask' : 'plain' }
}

/** Of a message to all: how many have it in their conversation, and who never will. */
const allReceipt = ({ receivers, sentAt }: Sent): Receipt => {
  const read = receivers.filter((r) => r.delivery === 'seen' || r.delivery === 'answered').length
  const failed = receivers.filter((r) => r.delivery === 'failed').length
  return { word: `read by ${read} of ${receivers.length}`, since: read === 0 ? sentAt : null, ...(failed > 0 && { after: `${failed} not reached` }), tone: failed > 0 ? 'error' : 'plain' }
}

export const receiptOf = (m: Sent): Receipt => {
  if (m.kind === 'question') return questionReceipt(m)
  if (m.to.kind === 'all' && m.receivers.length > 0) return allReceipt(m)
  if (m.to.kind === 'person') return { word: '', since: null, tone: 'plain' }
  switch (m.delivery) {
    case 'failed': return { word: m.deliveryReason ? `not delivered: ${m.deliveryReason}` : 'not delivered', since: null, tone: 'error' }
    case 'answered': return { word: 'answered', since: m.answeredAt ?? m.seenAt, tone: 'plain' }
    case 'seen': return { word: 'read', since: m.seenAt, tone: 'plain' }
    case 'delivered': return { word: 'delivered', since: m.deliveredAt, after: 'not read yet', tone: 'plain' }
    case 'queued': return { word: 'queued', since: m.sentAt, ...(m.deliveryReason && { after: m.deliveryReason }), tone: 'plain' }
  }
}
