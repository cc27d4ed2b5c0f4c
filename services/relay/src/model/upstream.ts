/** Connections to the model endpoint, through the operator's proxy where the relay's environment names one. */
import { EnvHttpProxyAgent } from 'undici'
import type { Dispatcher } from 'undici'

/** A model may think for minutes before its first byte, and between two. */
const PATIENCE = 10 * 60_000
export const CONNECT_TIMEOUT = 10_000

export const makeUpstream = (patience = PATIENCE): Dispatcher =>
  new EnvHttpProxyAgent({ connect: { timeout: CONNECT_TIMEOUT }, headersTimeout: patience, bodyTimeout: patience })

export const endpoint = (baseUrl: string, path: string): string => `${baseUrl.replace(/\/+$/, '')}${path}`

/** Why a request did not get through, in words for a person; the endpoint's address is named, never a secret. */
export const transportFailure = (error: unknown, baseUrl: string): string => {
  const code = (error as { code?: string }).code ?? (error as { cause?: { code?: string } }).cause?.code ?? ''
  const host = new URL(baseUrl).host
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name ${host} can not be resolved.`
  if (code === 'ECONNREFUSED') return `${host} refuses the connection.`
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `${host} does not answer (no connection within ${CONNECT_TIMEOUT / 1000} s).`
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return `${host} took the request and then said nothing.`
  return `${host} can not be reached (${code || (error instanceof Error ? error.message : String(error))}).`
}
