/** One plain sentence for an event, or null where it is no news: what stands in a session's row. */
import type { EventRow } from './rows.ts'
import { timelineOf } from './timeline.ts'

export const activityOf = (event: EventRow): string | null => timelineOf([event]).at(-1)?.text ?? null
