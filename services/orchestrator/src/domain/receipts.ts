/** What became of a message, in words for its sender: never more than its receipts say. */
import type { CredentialLimit } from '@orchestra/contracts'
import type { MessageRow, SessionRow } from './rows.ts'

const clock = (iso: string): string => `${iso.slice(11, 16)} UTC`

const ago = (at: string | null, now: string): string => {
  const s = Math.max(0, Math.round((Date.parse(now) - Date.parse(at ?? now)) / 1000))
  return s < 1 ? 'just now' : s < 120 ? `${s} s ago` : s < 7200 ? `${Math.round(s / 60)} min ago` : `${Math.round(s / 3600)} h ago`
}

const awayTexts: Partial<Record<SessionRow['phase'], string>> = {
  queued: 'waits for a place; it gets it when it starts',
  starting: 'is starting; it gets it as soon as its CLI takes messages',
  interrupted: 'ended with the stack; it gets it when it is continued',
  archiving: 'is archived; it gets it when it is continued',
  archived: 'is archived; it gets it when it is continued',
  failed: 'did not start; it gets it when it is started again',
}
const pausedTexts = { person: 'is paused by the person', budget: 'is paused: its budget is used up', disk: 'is paused: the disk is nearly full', gitfile: 'is paused: the .git of its worktree was replaced' } as const

/** Why a queued message was not taken in yet. `open`: the receiver itself waits for an answer. */
export const whyQueued = (to: SessionRow, limit: CredentialLimit | null, open: boolean, now: string): string => {
  if (to.phase === 'paused') return `${to.id} ${pausedTexts[to.pausedBy ?? 'person']}; it gets it when it goes on`
  const away = awayTexts[to.phase]
  if (away) return `${to.id} ${away}`
  if (to.container === 'exited' || to.container === 'missing' || !to.linkUp) return `the container of ${to.id} does not answer now; it gets it when it does`
  if (limit && Date.parse(limit.until) > Date.parse(now)) return `the credential's limit holds it until ${clock(limit.until)}`
  if (to.cli === 'exited' || to.cli === 'starting' || to.cli === null) return `the CLI of ${to.id} is starting; it gets it as soon as it takes messages`
  if (to.cli === 'dialog' || open) return `${to.id} waits for an answer itself; it reads it when it goes on`
  return to.cli === 'busy' ? `${to.id} is working; it reads it between two steps` : 'on its way'
}

/** `why`: of a queued message. */
export const becameOf = (m: Pick<MessageRow, 'delivery' | 'deliveryReason' | 'deliveredAt' | 'seenAt' | 'answeredAt' | 'to'>, why: string, now: string): string => {
  if (m.to.kind === 'person' && m.delivery === 'delivered') return 'shown to the person'
  switch (m.delivery) {
    case 'queued': return `queued: ${why}`
    case 'delivered': return `delivered ${ago(m.deliveredAt, now)}, not read yet`
    case 'seen': return `read ${ago(m.seenAt, now)}, not answered yet`
    case 'answered': return `answered ${ago(m.answeredAt, now)}`
    case 'failed': return `failed: ${m.deliveryReason ?? 'no reason given'}`
  }
}

/** A message to all: how many have it. */
export const becameOfAll = (copies: Pick<MessageRow, 'delivery'>[]): string => {
  const count = (...of: MessageRow['delivery'][]) => copies.filter((c) => of.includes(c.delivery)).length
  const parts = [[count('delivered'), 'delivered'], [count('seen', 'answered'), 'read'], [count('queued'), 'queued'], [count('failed'), 'failed']] as const
  return copies.length === 0 ? 'there is nobody else' : `to ${copies.length}: ${parts.flatMap(([n, word]) => (n > 0 ? [`${n} ${word}`] : [])).join(', ')}`
}
