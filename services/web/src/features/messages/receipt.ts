/** How far a message got, in words with the time since: a receipt, not a guess. */
import type { MessageView } from '@orchestra/contracts'

export type Receipt = { word: string; /** since when it is so */ since: string | null; after?: string; tone: 'plain' | 'ask' | 'error' }

export const receiptOf = (m: Pick<MessageView, 'to' | 'state' | 'delivery' | 'sentAt' | 'deliveredAt' | 'seenAt'>): Receipt => {
  if (m.to.kind === 'person') return { word: m.state === 'none' ? '' : m.state, since: null, tone: m.state === 'open' ? 'ask' : 'plain' }
  if (m.delivery === 'failed') return { word: 'not delivered', since: null, tone: 'error' }
  if (m.seenAt) return { word: 'read', since: m.seenAt, tone: 'plain' }
  if (m.deliveredAt) return { word: 'delivered', since: m.deliveredAt, after: 'not read yet', tone: 'plain' }
  return { word: 'queued', since: m.sentAt, tone: 'plain' }
}
