/** A real PostgreSQL for one test file, in a container of the product's image; every test takes a migrated database of its own. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { migrate } from '../../services/orchestrator/src/adapters/postgres/migrate.ts'
import { openPool } from '../../services/orchestrator/src/adapters/postgres/pool.ts'
import type { DatabaseOptions, Pool } from '../../services/orchestrator/src/adapters/postgres/pool.ts'
import { ensureRoles, roles } from '../../services/orchestrator/src/adapters/postgres/roles.ts'

const run = promisify(execFile)
export const migrations = join(import.meta.dirname, '../../migrations')

/** As the service's account, with the rights that it has in the product; a bare one as the owner. */
export type TestDatabase = { options: DatabaseOptions; pool: Pool; /** the schema's owner */ owner: DatabaseOptions }
export type DatabaseServer = {
  /** An empty database, migrated unless `bare`. */
  create(bare?: boolean): Promise<TestDatabase>
  stop(): Promise<void>
}

/** The tag that compose.yaml pins. */
const pinnedImage = async (): Promise<string> => {
  const image = /image:\s*["']?(postgres:[\w.-]+)/.exec(await readFile(new URL('../../compose.yaml', import.meta.url), 'utf8'))?.[1]
  if (!image) throw new Error('compose.yaml names no postgres image')
  return image
}

export const startDatabase = async (): Promise<DatabaseServer> => {
  const name = `orchestra-test-postgres-${randomUUID().slice(0, 8)}`
  await run('docker', [
    'run', '-d', '--rm', '--name', name, '-p', '127.0.0.1::5432', '--tmpfs', '/var/lib/postgresql', '-e', 'POSTGRES_USER=orchestra', '-e', 'POSTGRES_PASSWORD=test',
    '-e', 'POSTGRES_DB=orchestra', await pinnedImage(), 'postgres', '-c', 'fsync=off',
  ])
  const port = Number((await run('docker', ['port', name, '5432/tcp'])).stdout.trim().split(':').at(-1))
  const server = { host: '127.0.0.1', port, user: 'orchestra', password: 'test' }
  const admin = openPool({ ...server, database: 'orchestra', max: 1 })
  await untilReady(admin)
  const pools: Pool[] = [admin]
  return {
    create: async (bare = false) => {
      const database = `t_${randomUUID().replaceAll('-', '')}`
      await admin.query(`create database ${database}`)
      const owner = { ...server, database }
      if (!bare) await prepare(owner)
      const options = bare ? owner : { ...owner, user: roles.service, password: servicePassword }
      const pool = openPool({ ...options, max: 5 })
      pools.push(pool)
      return { options, pool, owner }
    },
    stop: async () => {
      await Promise.all(pools.map((p) => (p.ended ? undefined : p.end())))
      await run('docker', ['rm', '-f', name])
    },
  }
}

const servicePassword = 'service-of-the-test'
const prepare = async (owner: DatabaseOptions): Promise<void> => {
  const pool = openPool({ ...owner, max: 1 })
  await migrate(pool, migrations)
  await ensureRoles(pool, servicePassword)
  await pool.end()
}

/** The image starts its server twice, first for itself on a local socket: a connection over TCP means it is there. */
const untilReady = async (pool: Pool): Promise<void> => {
  const deadline = Date.now() + 60_000
  for (;;) {
    try { await pool.query('select 1'); return } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
