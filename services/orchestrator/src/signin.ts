/** Prints a one-time sign-in token: `docker compose exec orchestrator as-owner node services/orchestrator/src/signin.ts`. */
import { openAccounts } from './adapters/postgres/accounts.ts'
import { openPool } from './adapters/postgres/pool.ts'
import { databaseOptions } from './config.ts'

const pool = openPool({ ...(await databaseOptions()), max: 1 })
try { console.log(await openAccounts(pool).createSignInToken()) } finally { await pool.end() }
