/**
 * How far an exchange of sessions goes without a person. What a session writes counts one more than what was last written to it; a
 * person's word starts over. Counted where messages are committed: nothing that a container says about itself goes into it.
 */
import { limits, problem } from '@orchestra/contracts'
import type { Actor, Problem } from '@orchestra/contracts'
import type { SessionRow } from './rows.ts'

/** Of a receiver, after a message. System messages neither count nor start over; a session that was stopped stays so until a person's word. */
export const hopsAfter = (receiver: number, from: Actor, sender: Pick<SessionRow, 'hops'> | null): number =>
  from.kind === 'person' ? 0 : from.kind === 'session' && sender && receiver <= limits.messageHops ? sender.hops + 1 : receiver

/** Why a session may not write to another one now; null: it may. */
export const hopLimit = (sender: Pick<SessionRow, 'id' | 'hops'>): Problem | null =>
  sender.hops < limits.messageHops ? null : problem('rate_limited', `Sessions have written to each other ${limits.messageHops} times in a row without a word of the person.`, { about: sender.id, next: 'Stop here: the person was told. It goes on when they write to you.' })

export const hopText = (to: string): string =>
  `Stopped: ${limits.messageHops} messages between sessions in a row, without a word of yours; the next one (to ${to}) was not sent. Write to this session to let it go on.`
