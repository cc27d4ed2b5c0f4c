/** The relay's environment, read once. Secrets are files. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { servicePaths } from '@orchestra/contracts'
import { z } from 'zod'
import { parseRule } from './egress/rules.ts'
import type { Rule } from './egress/rules.ts'

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback).transform((n) => n * 1000)
const empty = (value: unknown) => (value === '' ? undefined : value)

const Environment = z.object({
  NATS_URL: z.preprocess(empty, z.string().default('nats://nats:4222')),
  /** The orchestrator's internal HTTP: packs and logs go there. */
  ORCHESTRATOR_URL: z.preprocess(empty, z.url().default('http://orchestrator:7001')),
  RELAY_PORT: z.coerce.number().int().min(0).max(65_535).default(7100),
  ORCHESTRA_SECRETS: z.string().default('/run/secrets'),
  /** Kept across restarts: the credential and the list of open sessions. */
  RELAY_STATE: z.string().default('/var/lib/relay'),
  /** One folder a session, mounted into its container: kept across restarts. */
  RELAY_SOCKETS: z.string().default(servicePaths.sessions),
  /** A scripted model in place of a real one: its base URL; no credential is used. */
  ORCHESTRA_MODEL_URL: z.preprocess(empty, z.url().optional()),
  /** Hosts that agents may reach beside GitHub: `host`, `host:port`, `*.domain` or `*`, separated by commas. */
  ORCHESTRA_EGRESS_ALLOW: z.string().default(''),
  /** The operator's own package registries: addresses, several separated by commas or bars. Their hosts are allowed like the above. */
  ORCHESTRA_NPM_REGISTRY: z.string().default(''),
  ORCHESTRA_PIP_INDEX: z.string().default(''),
  ORCHESTRA_GOPROXY: z.string().default(''),
  /** The operator's own proxy, for model endpoint and agents alike. */
  HTTPS_PROXY: z.string().optional(),
  HTTP_PROXY: z.string().optional(),
  NO_PROXY: z.string().optional(),
  /** A folder of the volume `relay-state`, set by tests that let this service die at a named point. */
  ORCHESTRA_CRASHPOINTS: z.string().default(''),
  /** How long the model endpoint may say nothing before the session shows it. */
  ORCHESTRA_MODEL_SILENCE: seconds(30),
  /** How long a question tool holds its call. */
  ORCHESTRA_ASK_WAIT: seconds(600),
  /** Model that a new credential is tried with. */
  ORCHESTRA_TRY_MODEL: z.preprocess(empty, z.string().default('claude-haiku-4-5')),
})

export type Config = z.output<typeof Environment>
export type Secrets = { natsUser: string; natsPassword: string; internalToken: string }

export const readConfig = (environment: NodeJS.ProcessEnv): Config => Environment.parse(environment)

export const readSecrets = async (folder: string): Promise<Secrets> => {
  const secret = async (name: string) => {
    const text = (await readFile(join(folder, name), 'utf8')).trim()
    if (text === '') throw new Error(`${join(folder, name)} is empty`)
    return text
  }
  const [natsUser, natsPassword, internalToken] = await Promise.all([secret('nats-user'), secret('nats-password'), secret('internal-token')])
  return { natsUser, natsPassword, internalToken }
}

/** Words that are no address (Go's `direct` and `off`) name no host. */
export const operatorRegistries = (config: Config): Rule[] =>
  [config.ORCHESTRA_NPM_REGISTRY, config.ORCHESTRA_PIP_INDEX, config.ORCHESTRA_GOPROXY].join(',').split(/[,|\s]+/).flatMap((word) => {
    const url = /^https?:\/\//i.test(word) ? URL.parse(word) : null
    return url ? [parseRule(url.host)] : []
  })
