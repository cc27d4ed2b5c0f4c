import type { MessageId, ProjectId, RunId } from '@orchestra/contracts'
import type { EventRow, UsageTotal } from '../../domain/rows.ts'
import type { Reader } from '../../ports/store.ts'
import type { Queryable } from './pool.ts'
import { readActor, select } from './table.ts'
import { egressRequests, merges, messages, projects, runs, sessions, settings } from './tables.ts'

type RawEvent = { seq: number; project_id: string; session_id: string | null; actor: string; type: string; data: unknown; at: string }
export const readEvent = (raw: RawEvent): EventRow =>
  ({ seq: raw.seq, projectId: raw.project_id, session: raw.session_id, actor: readActor(raw.actor), type: raw.type, data: raw.data, at: raw.at }) as EventRow

type RawUsage = {
  session_id: string; model: string; input: number; output: number; cache_read: number; cache_write: number; cost_usd: number | null; unpriced: boolean
  window_used: number | null; window_resets_at: string | null
}

/** Messages that a session sent or got, as a condition on `$2`. */
const ofSession = "(sender = 'session:' || $2 or recipient = 'session:' || $2 or recipient = 'all')"

/** A turn in which more happened after its prompt answers with its end. */
const TURN_EVENTS = 500

/** Words are letters and digits alone, so that none is an operator. */
const tsquery = (words: string[]): string => words.flatMap((w) => w.match(/[\p{L}\p{N}]+/gu) ?? []).map((w) => `${w}:*`).join(' & ')

/** Queries of one project, on the pool or inside a transaction. */
export const readerOn = (db: Queryable, project: ProjectId): Reader => {
  const one = <T>(rows: T[]): T | null => rows[0] ?? null
  const must = <T>(rows: T[], what: string): T => { if (!rows[0]) throw new Error(`project ${project} has no ${what}`); return rows[0] }
  const newestFirst = <T>(rows: T[]): T[] => rows.reverse()
  return {
    project: async () => must(await select(db, projects, 'where id = $1', [project]), 'row'),
    settings: async () => must(await select(db, settings, 'where project_id = $1', [project]), 'settings'),
    sessions: () => select(db, sessions, 'where project_id = $1 order by created_at, id', [project]),
    session: async (id) => one(await select(db, sessions, 'where project_id = $1 and id = $2', [project, id])),
    message: async (id) => one(await select(db, messages, 'where project_id = $1 and id = $2', [project, id])),
    messages: async (q) => {
      const conditions = ['project_id = $1', 'copy_of is null', q.session ? ofSession : '$2::text is null', 'seq < $3', '($4::text is null or text ilike $4)']
      const like = q.text ? `%${q.text.replace(/[\\%_]/g, (c) => `\\${c}`)}%` : null
      return newestFirst(await select(db, messages, `where ${conditions.join(' and ')} order by seq desc limit $5`, [project, q.session ?? null, q.before ?? Number.MAX_SAFE_INTEGER, like, q.limit]))
    },
    searchMessages: (q) => select(db, messages, `where project_id = $1 and copy_of is null and ${q.session ? ofSession : '$2::text is null'} and seq < $3 and ($4 = '' or searchable(text) @@ to_tsquery('simple', $4)) order by seq desc limit $5`, [project, q.session ?? null, q.before ?? Number.MAX_SAFE_INTEGER, tsquery(q.words), q.limit]),
    searchEvents: async (q) => (await db.query<RawEvent>(
      `select * from events where project_id = $1 and ($2::text is null or session_id = $2) and seq < $3 and ($4 = '' or searchable(event_words(data)) @@ to_tsquery('simple', $4))
        and type not like 'message.%' and type not in ('link', 'import.snapshot') and not (type = 'agent' and data ->> 'type' = 'tool.started') order by seq desc limit $5`,
      [project, q.session ?? null, q.before ?? Number.MAX_SAFE_INTEGER, tsquery(q.words), q.limit],
    )).rows.map(readEvent),
    openQuestions: () => select(db, messages, "where project_id = $1 and state = 'open' and copy_of is null order by seq", [project]),
    undelivered: (session) => select(db, messages, "where project_id = $1 and recipient = 'session:' || $2 and delivery = 'queued' order by seq", [project, session]),
    queuedCount: async () => (await db.query<{ n: number }>("select count(*)::int as n from messages m join sessions s on s.project_id = m.project_id and m.recipient = 'session:' || s.id where m.project_id = $1 and m.delivery = 'queued' and s.phase = 'running'", [project])).rows[0]?.n ?? 0,
    messagesUnanswered: (session) => select(db, messages, "where project_id = $1 and recipient = 'session:' || $2 and delivery in ('delivered', 'seen') order by seq", [project, session]),
    readInEndedTurn: async (session, ids) => (await db.query<{ id: MessageId }>(`
      with newest as (select seq, data from events where project_id = $1 and session_id = $2 and type = 'agent' order by seq desc limit ${TURN_EVENTS})
      select id from unnest($3::text[]) id where exists (
        select 1 from newest p where p.data->>'type' = 'prompt' and p.data->'messages' ? id
          and exists (select 1 from newest e where e.seq > p.seq and e.data->>'type' = 'turn.ended'))`, [project, session, ids])).rows.map((r) => r.id),
    egressRequests: () => select(db, egressRequests, 'where project_id = $1 order by asked_at, session_id, host', [project]),
    copiesOf: (message) => select(db, messages, 'where project_id = $1 and copy_of = $2 order by seq', [project, message]),
    merge: async (id) => one(await select(db, merges, 'where project_id = $1 and id = $2', [project, id])),
    merges: async (limit) => newestFirst(await select(db, merges, 'where project_id = $1 order by created_at desc, id limit $2', [project, limit])),
    run: async (id) => one(await select(db, runs, 'where project_id = $1 and id = $2', [project, id])),
    runsOf: async (session) => (await db.query<{ id: RunId }>('select id from runs where project_id = $1 and session_id = $2', [project, session])).rows.map((r) => r.id),
    runs: async (limit) => newestFirst(await select(db, runs, 'where project_id = $1 order by created_at desc, id limit $2', [project, limit])),
    events: async (q) => newestFirst((await db.query<RawEvent>(
      'select * from events where project_id = $1 and session_id = $2 and seq < $3 and ($4::text[] is null or type = any($4)) order by seq desc limit $5',
      [project, q.session, q.before ?? Number.MAX_SAFE_INTEGER, q.types ?? null, q.limit],
    )).rows.map(readEvent)),
    lastEventSeq: async (session) => (await db.query<{ seq: number | null }>('select max(seq) as seq from events where project_id = $1 and session_id = $2', [project, session])).rows[0]?.seq ?? 0,
    usage: async () => (await db.query<RawUsage>(`
      select distinct on (session_id, model) session_id, model, window_used, window_resets_at,
        sum(input_tokens) over w as input, sum(output_tokens) over w as output, sum(cache_read_tokens) over w as cache_read, sum(cache_write_tokens) over w as cache_write,
        sum(cost_usd) over w as cost_usd, bool_or(cost_usd is null) over w as unpriced
      from usage where project_id = $1
      window w as (partition by session_id, model)
      order by session_id, model, at desc`, [project])).rows.map((r): UsageTotal => ({
      session: r.session_id as UsageTotal['session'], model: r.model, costUsd: r.cost_usd, unpriced: r.unpriced,
      tokens: { input: r.input, output: r.output, cacheRead: r.cache_read, cacheWrite: r.cache_write },
      window: r.window_used === null ? null : { used: r.window_used, resetsAt: r.window_resets_at },
    })),
    pendingEffects: async (lane) => (await db.query<{ n: number }>("select count(*) as n from effects where project_id = $1 and lane = $2 and state in ('waiting', 'running')", [project, lane])).rows[0]?.n ?? 0,
    now: async () => must((await db.query<{ now: string }>('select clock_timestamp() as now')).rows, 'clock').now,
  }
}
