/** Who may do what in the database. Roles are the server's, not a migration's: their passwords are secrets of the installation. */
import type { Pool } from './pool.ts'

export const roles = {
  /** Owns the schema; of the services only `migrate` has its password. */
  owner: 'orchestra',
  /** The orchestrator: rows, never the schema. */
  service: 'orchestra_service',
  /** `orchestra psql`: reads. Without a password, so only from within the database's own container. */
  reader: 'orchestra_reader',
} as const

/** Events are the record: they are added and, when they are too old, removed; no account of ours changes one. */
const grants = `
  revoke create on schema public from public;
  grant usage on schema public to ${roles.service}, ${roles.reader};
  grant select, insert, update, delete on all tables in schema public to ${roles.service};
  grant usage, select on all sequences in schema public to ${roles.service};
  revoke update on events from ${roles.service};
  revoke insert, update, delete on schema_versions from ${roles.service};
  grant select on all tables in schema public to ${roles.reader};
  alter role ${roles.reader} set default_transaction_read_only = on`

/** Makes the roles and gives them what this schema has. As the owner, after `migrate`; may be repeated. */
export const ensureRoles = async (owner: Pool, servicePassword: string): Promise<void> => {
  const client = await owner.connect()
  try {
    const make = async (name: string, how: string): Promise<void> => {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name])
      await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${name} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls ${how}`)
    }
    await client.query('begin')
    await make(roles.service, `password ${client.escapeLiteral(servicePassword)}`)
    await make(roles.reader, 'password null')
    await client.query(grants)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}
