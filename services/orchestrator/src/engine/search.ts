/** Search over all messages and events, newest first. */
import type { SearchHit, SessionId } from '@orchestra/contracts'
import { timelineOf } from '../domain/timeline.ts'
import type { EventRow } from '../domain/rows.ts'
import type { Core } from './core.ts'
import { loadViews, messageViews } from './views.ts'

export type Search = { text: string; kinds?: SearchHit['kind'][]; session?: SessionId; /** as `next` of the page before */ before?: string; limit: number }

const mostRounds = 5
const mostText = 4000

const ofEvent = (row: EventRow): SearchHit | null => {
  const line = timelineOf([row]).at(-1)
  return line ? { kind: line.kind, seq: row.seq, at: row.at, session: row.session, text: line.text, detail: line.detail?.slice(0, mostText), message: null } : null
}

/** The end of a turn repeats the last words of its agent: these are found once. */
const once = (hits: SearchHit[]): SearchHit[] => {
  const said = new Set(hits.filter((h) => h.kind === 'text').map((h) => `${h.session} ${h.detail?.trim()}`))
  return hits.filter((h) => h.kind !== 'turn' || !said.has(`${h.session} ${h.detail?.trim()}`))
}

const cursorOf = (before: string | undefined): { message?: number; event?: number } => {
  const [, message, event] = /^(\d+)\.(\d+)$/.exec(before ?? '') ?? []
  return message === undefined ? {} : { message: Number(message), event: Number(event) }
}

/** Not every event is a line, and a kind may be rare: reads on backwards, a bounded number of times. `done`: there is nothing older. */
const eventsFrom = async (core: Core, q: Search, words: string[], from: number | undefined): Promise<{ hits: SearchHit[]; read: number | undefined; done: boolean }> => {
  const hits: SearchHit[] = []
  let before = from
  for (let round = 0; round < mostRounds && hits.length < q.limit; round += 1) {
    const rows = await core.store.read.searchEvents({ words, session: q.session, before, limit: q.limit })
    hits.push(...rows.map(ofEvent).filter((h) => h !== null && (!q.kinds || q.kinds.includes(h.kind))) as SearchHit[])
    before = rows.at(-1)?.seq ?? before
    if (rows.length < q.limit) return { hits, read: before, done: true }
  }
  return { hits, read: before, done: false }
}

export const makeSearch = (core: Core) => async (q: Search): Promise<{ hits: SearchHit[]; next: string | null }> => {
  const words = q.text.split(/\s+/).filter((w) => w !== '').slice(0, 12)
  const from = cursorOf(q.before)
  const { read } = core.store
  const wants = (kind: SearchHit['kind']): boolean => !q.kinds || q.kinds.includes(kind)
  const rows = wants('message') ? await read.searchMessages({ words, session: q.session, before: from.message, limit: q.limit }) : []
  const events = q.kinds?.every((k) => k === 'message') ? { hits: [], read: from.event, done: true } : await eventsFrom(core, q, words, from.event)
  const views = await loadViews(read, core, core.outside)
  const messages = (await messageViews(read, views, rows)).map((m): SearchHit => ({ kind: 'message', seq: m.seq, at: m.sentAt, session: m.from.kind === 'session' ? m.from.id : m.to.kind === 'session' ? m.to.id : null, text: m.text, message: m }))
  const all = [...messages, ...once(events.hits)].sort((a, b) => b.at.localeCompare(a.at) || b.seq - a.seq)
  const hits = all.slice(0, q.limit)
  const oldest = (of: (h: SearchHit) => boolean, known: number | undefined) => hits.filter(of).reduce((least, h) => Math.min(least, h.seq), known ?? Number.MAX_SAFE_INTEGER)
  const rest = all.length > hits.length
  const event = rest ? oldest((h) => h.message === null, from.event) : Math.min(events.read ?? Number.MAX_SAFE_INTEGER, oldest((h) => h.message === null, from.event))
  const more = rest || rows.length === q.limit || !events.done
  return { hits, next: more ? `${oldest((h) => h.message !== null, from.message)}.${event}` : null }
}
