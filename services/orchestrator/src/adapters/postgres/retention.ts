import type { ProjectId } from '@orchestra/contracts'
import type { Store } from '../../ports/store.ts'
import type { Pool } from './pool.ts'

/** Sizes are those of the rows as stored: what the table gives back to the disk is up to vacuum. */
const beyond = `
  delete from events where seq in (
    select seq from (select seq, sum(pg_column_size(e.*)) over (order by seq desc) as upto from events e where project_id = $1) sized where upto > $2)`

export const retention = (pool: Pool, project: ProjectId): Pick<Store, 'trimEvents' | 'trimSession'> => ({
  trimEvents: async ({ days, megabytes }) => {
    const old = await pool.query("delete from events where project_id = $1 and at < clock_timestamp() - $2 * interval '1 day'", [project, days])
    const large = await pool.query(beyond, [project, Math.floor(megabytes * 1024 * 1024)])
    return (old.rowCount ?? 0) + (large.rowCount ?? 0)
  },
  trimSession: async (session) => {
    await pool.query('delete from events where project_id = $1 and session_id = $2', [project, session])
    await pool.query('delete from runs where project_id = $1 and session_id = $2', [project, session])
  },
})
