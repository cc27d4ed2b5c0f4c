import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from './pool.ts'

/** Any number: it only has to be the same for every migrating process. */
const lock = 7717_0001

export type Migrated = { applied: string[]; version: number }

/** The database was made by a newer version of Orchestra: going on would break its rows. */
export class NewerSchema extends Error {
  override name = 'NewerSchema'
  constructor(found: number, known: number) {
    super(`The database has schema ${found}, this version of Orchestra knows ${known}. Start the newer version again, or restore a backup made by this one.`)
  }
}

const numbered = async (folder: string): Promise<{ version: number; file: string }[]> =>
  (await readdir(folder)).filter((f) => /^\d{4}-.*\.sql$/.test(f)).sort().map((file) => ({ version: Number(file.slice(0, 4)), file }))

/** Applies what is missing, each file in a transaction of its own, one process at a time. Throws `NewerSchema`. */
export const migrate = async (pool: Pool, folder: string): Promise<Migrated> => {
  const files = await numbered(folder)
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lock])
    await client.query("create table if not exists schema_versions (version integer primary key, file text not null, applied_at timestamptz not null default now())")
    const found = (await client.query<{ version: number | null }>('select max(version) as version from schema_versions')).rows[0]?.version ?? 0
    const known = files.at(-1)?.version ?? 0
    if (found > known) throw new NewerSchema(found, known)
    const applied: string[] = []
    for (const { version, file } of files.filter((f) => f.version > found)) {
      await client.query('begin')
      await client.query(await readFile(join(folder, file), 'utf8'))
      await client.query('insert into schema_versions (version, file) values ($1, $2)', [version, file])
      await client.query('commit')
      applied.push(file)
    }
    return { applied, version: known }
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    // Closing the connection gives the lock back, whatever state it is in.
    client.release(true)
  }
}

/** Throws `NewerSchema`, or says that `migrate` has to run first. */
export const checkSchema = async (pool: Pool, folder: string): Promise<void> => {
  const known = (await numbered(folder)).at(-1)?.version ?? 0
  const found = (await pool.query<{ version: number | null }>('select max(version) as version from schema_versions')).rows[0]?.version ?? 0
  if (found > known) throw new NewerSchema(found, known)
  if (found < known) throw new Error(`The database has schema ${found}, ${known} is needed: the service "migrate" has to run first.`)
}
