/** Headers between the CLI and the model endpoint: all as they are, but the credential and what belongs to one hop. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Credential } from '../credential/store.ts'

/** Asks the endpoint to take a subscription's token. */
const SUBSCRIPTION_BETA = 'oauth-2025-04-20'

const hop = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'host', 'content-length'])
const secret = new Set(['authorization', 'x-api-key', 'cookie'])
const fromUpstream = new Set([...hop, 'set-cookie'])
fromUpstream.delete('content-length')

export type Headers = Record<string, string | string[]>

const keep = (headers: IncomingHttpHeaders, drop: Set<string>): Headers => {
  const named = String(headers.connection ?? '').toLowerCase().split(',').map((name) => name.trim())
  const kept: Headers = {}
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !drop.has(name) && !named.includes(name)) kept[name] = value
  return kept
}

export const credentialHeaders = (credential: Credential, beta: string | undefined): Headers => {
  if (credential.kind === 'scripted' || credential.secret === '') return {}
  if (credential.kind === 'api-key') return { 'x-api-key': credential.secret }
  const betas = (beta ?? '').split(',').map((one) => one.trim()).filter(Boolean)
  return { authorization: `Bearer ${credential.secret}`, 'anthropic-beta': [...betas.filter((one) => one !== SUBSCRIPTION_BETA), SUBSCRIPTION_BETA].join(',') }
}

export const toUpstream = (headers: IncomingHttpHeaders, credential: Credential): Headers => {
  const beta = headers['anthropic-beta']
  return { ...keep(headers, new Set([...hop, ...secret])), ...credentialHeaders(credential, Array.isArray(beta) ? beta.join(',') : beta) }
}

export const toClient = (headers: IncomingHttpHeaders): Headers => keep(headers, fromUpstream)
