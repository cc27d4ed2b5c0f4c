import pg from 'pg'

export type DatabaseOptions = { host: string; port?: number; user: string; password: string; database: string; max?: number }

/** Numbers as numbers (no count of ours passes 2^53), times as ISO strings of the database's clock. */
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.NUMERIC, Number],
  [pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString()],
])

const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  parsers.get(oid) ?? pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser

/** A pool that outlives restarts of the server: a lost connection fails its query, the next query gets a new one. */
export const openPool = (options: DatabaseOptions): pg.Pool => {
  const pool = new pg.Pool({ ...options, max: options.max ?? 10, connectionTimeoutMillis: 10_000, types: { getTypeParser } })
  pool.on('error', (error) => console.error('postgres: idle connection lost', error.message))
  return pool
}

export type Pool = pg.Pool
export type PoolClient = pg.PoolClient
/** What a query runs on: the pool, or the one connection of a transaction. */
export type Queryable = { query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<pg.QueryResult<R>> }
