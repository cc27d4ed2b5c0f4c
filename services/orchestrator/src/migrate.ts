/** One-shot of every start: brings the database to this version's schema, or refuses a newer one. */
import { migrate, NewerSchema } from './adapters/postgres/migrate.ts'
import { openPool } from './adapters/postgres/pool.ts'
import { databaseOptions, migrationsFolder } from './config.ts'

const pool = openPool({ ...(await databaseOptions()), max: 1 })
try {
  const { applied, version } = await migrate(pool, migrationsFolder)
  console.log(applied.length ? `schema ${version}: applied ${applied.join(', ')}` : `schema ${version}: nothing to do`)
} catch (error) {
  if (!(error instanceof NewerSchema)) throw error
  console.error(error.message)
  process.exitCode = 3
} finally {
  await pool.end()
}
