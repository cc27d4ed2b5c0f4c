/** Which of the server's items the page shows now. Pure; the order and what there is are the server's. */
import type { AttentionView } from '@orchestra/contracts'

/** Until when an item is out of sight, in milliseconds since the epoch, by item. The page's own: another person sees it still. */
export type Snoozed = Record<string, number>

export const SNOOZE_MS = 15 * 60_000

const isSnoozed = (id: string, snoozed: Snoozed, now: number): boolean => (snoozed[id] ?? 0) > now

export const awake = (items: AttentionView[], snoozed: Snoozed, now: number): AttentionView[] => items.filter((i) => !isSnoozed(i.id, snoozed, now))

/** What is worth keeping of a record: neither passed nor gone from the list. */
export const stillSnoozed = (items: AttentionView[], snoozed: Snoozed, now: number): Snoozed =>
  Object.fromEntries(items.filter((i) => isSnoozed(i.id, snoozed, now)).map((i) => [i.id, snoozed[i.id] ?? 0]))

/**
 * While somebody types or points, what they look at stands still: what is new waits, what is gone goes.
 * @param before ids as they were shown last
 */
export const steady = (before: readonly string[], items: AttentionView[], busy: boolean): { items: AttentionView[]; waiting: number } => {
  if (!busy) return { items, waiting: 0 }
  const byId = new Map(items.map((i) => [i.id, i]))
  const kept = before.flatMap((id) => byId.get(id) ?? [])
  // Nothing is looked at: there is nothing to keep still.
  if (kept.length === 0) return { items, waiting: 0 }
  return { items: kept, waiting: items.length - kept.length }
}
