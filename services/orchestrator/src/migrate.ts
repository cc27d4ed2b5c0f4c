/** One-shot of every start, as the schema's owner: brings the database to this version's schema, or refuses a newer one, and gives the accounts their rights. */
import { copyDatabase, migrate, NewerSchema } from './adapters/postgres/migrate.ts'
import { openPool } from './adapters/postgres/pool.ts'
import { ensureRoles } from './adapters/postgres/roles.ts'
import { migrationsFolder, ownerDatabase } from './config.ts'

const { owner, servicePassword } = await ownerDatabase()
const pool = openPool({ ...owner, max: 1 })
try {
  const { applied, version } = await migrate(pool, migrationsFolder, {
    before: async (client, found) => {
      // `orchestra up` has put one where people find it.
      if (process.env.ORCHESTRA_DATABASE_COPY) return
      console.log(`schema ${found}: a copy of the database first, in its volume: ${await copyDatabase(client, found)}`)
    },
  })
  await ensureRoles(pool, servicePassword)
  console.log(applied.length ? `schema ${version}: applied ${applied.join(', ')}` : `schema ${version}: nothing to do`)
} catch (error) {
  if (!(error instanceof NewerSchema)) throw error
  console.error(error.message)
  process.exitCode = 3
} finally {
  await pool.end()
}
