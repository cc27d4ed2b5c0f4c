import type { ProjectId } from '@orchestra/contracts'
import type { Touched, Tx } from '../../ports/store.ts'
import type { Queryable } from './pool.ts'
import { readerOn, readEvent } from './reader.ts'
import { put, writeActor } from './table.ts'
import { egressRequests, merges, messages, runs, sessions, settings } from './tables.ts'

export const nothingTouched = (): Touched => ({
  project: false, sessions: new Set(), messages: new Set(), merges: new Set(), runs: new Set(), usage: false, egressRequests: false, activity: new Map(), effects: 0, events: [],
})

/** Writing methods of one open transaction; `touched` fills as they are used. */
export const transactionOn = (db: Queryable, project: ProjectId, touched: Touched): Tx => ({
  ...readerOn(db, project),
  putSession: async (row) => { await put(db, sessions, row); touched.sessions.add(row.id) },
  putMessage: async (row) => { await put(db, messages, row); touched.messages.add(row.copyOf ?? row.id) },
  putMerge: async (row) => { await put(db, merges, row); touched.merges.add(row.id) },
  putRun: async (row) => { await put(db, runs, row); touched.runs.add(row.id) },
  putEgressRequest: async (row) => { await put(db, egressRequests, row); touched.sessions.add(row.session); touched.egressRequests = true },
  putSettings: async (row, by) => {
    await db.query('insert into settings (project_id, updated_by) values ($1, $2) on conflict (project_id) do update set updated_by = $2, updated_at = now()', [project, writeActor(by)])
    await put(db, settings, row)
    touched.project = true
  },
  addUsage: async (u) => {
    const added = await db.query(
      'insert into usage values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (request) do nothing',
      [u.request, project, u.session, u.model, u.tokens.input, u.tokens.output, u.tokens.cacheRead, u.tokens.cacheWrite, u.status, u.costUsd, u.window?.used ?? null, u.window?.resetsAt ?? null, u.at],
    )
    if (added.rowCount === 1) { touched.sessions.add(u.session); touched.usage = true }
    return added.rowCount === 1
  },
  event: async (e) => {
    const inserted = await db.query<Parameters<typeof readEvent>[0]>(
      'insert into events (project_id, session_id, actor, type, data, source) values ($1, $2, $3, $4, $5, $6) on conflict (project_id, session_id, source) where source is not null do nothing returning *',
      [project, e.session, writeActor(e.actor), e.type, JSON.stringify(e.data), e.source ?? null],
    )
    const raw = inserted.rows[0]
    if (!raw) return null
    const row = readEvent(raw)
    touched.events.push(row)
    if (row.session) touched.activity.set(row.session, row.seq)
    return row
  },
  effect: async (e) => {
    await db.query(
      "insert into effects (project_id, session_id, kind, lane, payload, actor, next_at) values ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 ms')",
      [project, e.session, e.kind, e.lane, JSON.stringify(e.payload), writeActor(e.actor), e.delayMs ?? 0],
    )
    touched.effects += 1
  },
  dropEffects: async (lane) => {
    await db.query("update effects set state = 'dropped', ended_at = clock_timestamp() where project_id = $1 and lane = $2 and state = 'waiting'", [project, lane])
  },
  receipt: async (id) => (await db.query<{ reply: unknown }>('select reply from receipts where project_id = $1 and id = $2', [project, id])).rows[0]?.reply,
  saveReceipt: async (id, command, by, reply) => {
    await db.query('insert into receipts (project_id, id, command, actor, reply) values ($1, $2, $3, $4, $5)', [project, id, command, writeActor(by), JSON.stringify(reply)])
  },
  touchProject: () => { touched.project = true },
})
