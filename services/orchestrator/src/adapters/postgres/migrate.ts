import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool, PoolClient } from './pool.ts'
import { roles } from './roles.ts'

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

/** In the volume of the database, so that it is there wherever that is. */
export const copiesFolder = '/var/lib/postgresql/copies'
const copiesKept = 5

/**
 * The whole database as it was, in pg_dump's own format, by the pg_dump that stands beside the server: of its version, and with
 * services still connected. Needs the owner, whom Postgres lets start a program.
 */
export const copyDatabase = async (client: PoolClient, version: number): Promise<string> => {
  const database = (await client.query<{ name: string }>('select current_database() as name')).rows[0]?.name ?? ''
  const made = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const file = `${copiesFolder}/schema-${version}-${made}.dump`
  const script = `umask 077 && mkdir -p ${copiesFolder} && pg_dump -U ${roles.owner} -d ${database} -Fc -f ${file}.new && mv ${file}.new ${file} && ls -1t ${copiesFolder}/schema-*.dump | tail -n +${copiesKept + 1} | xargs -r rm -f`
  await client.query(`copy (select 1) to program ${client.escapeLiteral(script)}`)
  return file
}

export type MigrateOptions = {
  /** Called when there is something to apply to a database that is in use, before anything is; what it throws leaves all as it is. */
  before?: (client: PoolClient, found: number) => Promise<void>
}

/** Applies what is missing, each file in a transaction of its own, one process at a time. Throws `NewerSchema`. */
export const migrate = async (pool: Pool, folder: string, { before }: MigrateOptions = {}): Promise<Migrated> => {
  const files = await numbered(folder)
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lock])
    await client.query("create table if not exists schema_versions (version integer primary key, file text not null, applied_at timestamptz not null default now())")
    const found = (await client.query<{ version: number | null }>('select max(version) as version from schema_versions')).rows[0]?.version ?? 0
    const known = files.at(-1)?.version ?? 0
    if (found > known) throw new NewerSchema(found, known)
    if (found > 0 && found < known) await before?.(client, found)
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
