import type { ProjectId } from '@orchestra/contracts'
import type { EffectRow, Store } from '../../ports/store.ts'
import type { Pool } from './pool.ts'
import { readActor } from './table.ts'

type Raw = { id: number; kind: string; lane: string; payload: unknown; session_id: string | null; actor: string; attempts: number; created_at: string }

/**
 * The oldest waiting effect of a lane goes first, and only while nothing of that lane runs. `skip locked` keeps two workers
 * from waiting for each other; the row lock keeps them from taking the same one.
 */
const claim = `
  update effects set state = 'running', attempts = attempts + 1
  where id = (
    select e.id from effects e
    where e.project_id = $1 and e.state = 'waiting' and e.next_at <= clock_timestamp()
      and not exists (select 1 from effects o where o.project_id = e.project_id and o.lane = e.lane and (o.state = 'running' or (o.state = 'waiting' and o.id < e.id)))
    order by e.id for update skip locked limit 1)
  returning *`

const due = `
  select extract(epoch from min(next_at) - clock_timestamp()) * 1000 as ms, extract(epoch from clock_timestamp()) as now from effects e
  where project_id = $1 and state = 'waiting'
    and not exists (select 1 from effects o where o.project_id = e.project_id and o.lane = e.lane and (o.state = 'running' or (o.state = 'waiting' and o.id < e.id)))`

type Queue = Pick<Store, 'claimEffect' | 'effectDone' | 'effectRetry' | 'effectFailed' | 'requeueRunning'>

/** Seconds that a clock may be set back without anybody minding. */
const slack = 1

export const effectQueue = (pool: Pool, project: ProjectId): Queue => {
  let lastSeen = 0
  /** A clock that was set back (by hand, after a sleep) must not make what waits wait for as long again. */
  const followClock = async (now: number): Promise<boolean> => {
    const back = lastSeen - now
    lastSeen = now
    if (back <= slack) return false
    await pool.query("update effects set next_at = next_at - $2 * interval '1 s' where project_id = $1 and state = 'waiting'", [project, back])
    return true
  }
  const claimEffect: Queue['claimEffect'] = async () => {
    const raw = (await pool.query<Raw>(claim, [project])).rows[0]
    if (raw) {
      const effect = { id: raw.id, kind: raw.kind, lane: raw.lane, payload: raw.payload, session: raw.session_id, actor: readActor(raw.actor), attempts: raw.attempts, createdAt: raw.created_at }
      return { effect: effect as EffectRow }
    }
    const next = (await pool.query<{ ms: number | null; now: number }>(due, [project])).rows[0]
    if (next && (await followClock(next.now))) return claimEffect()
    return { dueInMs: next?.ms == null ? null : Math.max(0, Math.ceil(next.ms)) }
  }
  return {
    claimEffect,
    effectDone: async (id) => {
      await pool.query("update effects set state = 'done', ended_at = clock_timestamp(), last_error = null where id = $1", [id])
    },
    effectRetry: async (id, error, delayMs) => {
      await pool.query("update effects set state = 'waiting', last_error = $2, next_at = clock_timestamp() + $3 * interval '1 ms' where id = $1", [id, error.slice(0, 4000), delayMs])
    },
    effectFailed: async (id, error) => {
      await pool.query("update effects set state = 'failed', ended_at = clock_timestamp(), last_error = $2 where id = $1", [id, error.slice(0, 4000)])
    },
    requeueRunning: async (still = []) => {
      await pool.query("delete from effects where project_id = $1 and state in ('done', 'dropped') and ended_at < now() - interval '7 days'", [project])
      return (await pool.query("update effects set state = 'waiting', next_at = clock_timestamp() where project_id = $1 and state = 'running' and id <> all ($2::bigint[])", [project, still])).rowCount ?? 0
    },
  }
}
