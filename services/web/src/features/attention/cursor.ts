import type { AttentionView, SessionView } from '@orchestra/contracts'
import { fleetOf, type Model } from '../../model.ts'

/** Everything that the cursor can stand on, top to bottom. */
export const stops = (attention: AttentionView[], sessions: Record<string, SessionView>): string[] =>
  [...attention.map((a) => `a:${a.id}`), ...fleetOf(sessions).map((s) => `s:${s.id}`)]

/** Where the cursor stands: where it was put, else on the first thing there is. */
export const cursorAt = (m: Pick<Model, 'attention' | 'sessions'>, wanted: string | null): string | null => {
  const all = stops(m.attention, m.sessions)
  return wanted !== null && all.includes(wanted) ? wanted : (all[0] ?? null)
}

/** The stop `by` places away; it stays at the ends. */
export const moved = (m: Pick<Model, 'attention' | 'sessions'>, wanted: string | null, by: number): string | null => {
  const all = stops(m.attention, m.sessions)
  const at = cursorAt(m, wanted)
  if (at === null) return null
  return all[Math.min(all.length - 1, Math.max(0, all.indexOf(at) + by))] ?? null
}
