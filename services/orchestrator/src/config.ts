/** The environment, read once. Secrets come from files, never from variables. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { ProjectId } from '@orchestra/contracts'
import type { DatabaseOptions } from './adapters/postgres/pool.ts'
import { roles } from './adapters/postgres/roles.ts'

export const migrationsFolder = resolve(import.meta.dirname, '../../../migrations')

const secret = async (name: string): Promise<string> => {
  const path = join(process.env.ORCHESTRA_SECRETS ?? '/run/secrets', name)
  try { return (await readFile(path, 'utf8')).trim() } catch (cause) {
    throw new Error(`The secret ${path} can't be read: the service "init" makes it on the first start.`, { cause })
  }
}

const must = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: compose.yaml sets it.`)
  return value
}

const databaseAs = (user: string, password: string): DatabaseOptions => ({ host: must('DATABASE_HOST'), port: Number(process.env.DATABASE_PORT ?? 5432), user, database: 'orchestra', password })

/** The account of the service: reads and writes rows, can't change the schema. */
export const databaseOptions = async (): Promise<DatabaseOptions> => databaseAs(roles.service, await secret('postgres-service-password'))

/** For `migrate` alone: the owner of the schema, and the password that it gives the service's account. */
export const ownerDatabase = async (): Promise<{ owner: DatabaseOptions; servicePassword: string }> => ({
  owner: databaseAs(roles.owner, await secret('postgres-password')),
  servicePassword: await secret('postgres-service-password'),
})

/** The folder's name for people, a hash of the path so that two folders of one name differ. */
export const projectIdOf = (path: string): ProjectId => {
  const slug = basename(path).normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40)
  return ProjectId.parse(`${slug || 'project'}-${createHash('sha256').update(path).digest('hex').slice(0, 6)}`)
}

export const place = () => {
  const projectDir = must('ORCHESTRA_PROJECT_DIR')
  return { projectDir, project: projectIdOf(projectDir), home: must('ORCHESTRA_HOME'), install: must('ORCHESTRA_INSTALL') }
}

export const readConfig = async () => {
  const { projectDir, project, home, install } = place()
  return {
    projectDir,
    project,
    name: basename(projectDir),
    home,
    install,
    /** As people reach the page: part of the allowed origins. */
    port: Number(process.env.ORCHESTRA_PORT || 7717),
    allowedHosts: (process.env.ORCHESTRA_ALLOWED_HOSTS ?? '').split(',').map((h) => h.trim()).filter(Boolean),
    /** Null: a default that fits the engine's memory. */
    maxSessions: process.env.ORCHESTRA_MAX_SESSIONS ? Number(process.env.ORCHESTRA_MAX_SESSIONS) : null,
    /** Coding CLI of new sessions, as `orchestra cli` chose it; null: the agent image's own. */
    cliVersion: process.env.ORCHESTRA_CLI_VERSION || null,
    database: await databaseOptions(),
    nats: { url: must('NATS_URL'), user: await secret('nats-user'), password: await secret('nats-password') },
    relayUrl: must('RELAY_URL'),
    /** A folder of the volume `state`, set by tests that let this service die at a named point; null otherwise. */
    crashpoints: process.env.ORCHESTRA_CRASHPOINTS || null,
    internalToken: await secret('internal-token'),
  }
}
export type Config = Awaited<ReturnType<typeof readConfig>>
