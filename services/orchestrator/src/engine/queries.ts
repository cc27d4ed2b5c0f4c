/** Reads for pages and agents. */
import type { SessionId } from '@orchestra/contracts'
import { conversationOf } from '../domain/conversation.ts'
import { timelineOf } from '../domain/timeline.ts'
import type { EventRow, EventType } from '../domain/rows.ts'
import type { Engine, Page } from '../ports/engine.ts'
import type { Core } from './core.ts'
import { followDiff } from './diffs.ts'
import { loadViews, messageViews } from './views.ts'

type Queries = Pick<Engine, 'timeline' | 'conversation' | 'messages' | 'diff'>

const mostRead = 2000

/** Not every event is an entry: reads on backwards until the page is full or the events end. */
const projected = async <T extends { seq: number }>(core: Core, session: SessionId, page: Page, project: (events: EventRow[]) => T[], types?: EventType[]): Promise<{ entries: T[]; more: boolean }> => {
  let events: EventRow[] = []
  let before = page.before
  for (;;) {
    const chunk = await core.store.read.events({ session, before, limit: Math.max(200, page.limit * 2), types })
    events = [...chunk, ...events]
    const entries = project(events)
    const ended = chunk.length < Math.max(200, page.limit * 2)
    if (ended || entries.length > page.limit || events.length >= mostRead) return { entries: entries.slice(-page.limit), more: entries.length > page.limit || !ended }
    before = chunk[0]?.seq
  }
}

export const makeQueries = (core: Core): Queries => ({
  timeline: (session, page) => projected(core, session, page, timelineOf),
  conversation: async (session, page) => {
    const { entries, more } = await projected(core, session, page, conversationOf)
    return { turns: entries, more }
  },
  messages: async ({ session, text, before, limit }) => {
    const rows = await core.store.read.messages({ session, text, before, limit: limit + 1 })
    const views = await loadViews(core.store.read, core, core.outside)
    return { messages: await messageViews(core.store.read, views, rows.slice(-limit)), more: rows.length > limit }
  },
  diff: (session, context) => followDiff(core, session, context),
})
