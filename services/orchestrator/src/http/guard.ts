/**
 * Host and Origin. A rebound name reaches 127.0.0.1 with its own Host, a foreign page with its own Origin: both are refused
 * before anything else is looked at, on requests and upgrades alike.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { problem } from '@orchestra/contracts'
import type { PublicConfig } from './config.ts'
import { Refusal } from './refusal.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])
const isUpgrade = (request: FastifyRequest) => request.ws || request.headers.upgrade !== undefined

const hostsOf = (config: PublicConfig): Set<string> =>
  new Set([...['127.0.0.1', 'localhost', '[::1]'].map((h) => `${h}:${config.port}`), ...config.names].map((h) => h.toLowerCase()))

export const guardOrigin = (app: FastifyInstance, config: PublicConfig): void => {
  const hosts = hostsOf(config)
  app.addHook('onRequest', async (request) => {
    // Of two Hosts node takes the first and a proxy in front may take the other: such a request is nobody's.
    const host = request.raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length > 1 ? 'two hosts' : (request.headers.host?.toLowerCase() ?? '')
    // The container's own health check speaks to the port it listens on; it learns only that the service is up.
    const ownPort = request.url === '/api/health' && host === `127.0.0.1:${request.socket.localPort}`
    if (!hosts.has(host) && !ownPort) throw new Refusal(problem('bad_origin', 'This address is not one that the page is served under.', { about: host.slice(0, 200) }))
    if (safe.has(request.method) && !isUpgrade(request)) return
    const origin = request.headers.origin?.toLowerCase()
    const expected = `${config.tls ? 'https' : 'http'}://${host}`
    if (origin !== expected) throw new Refusal(problem('bad_origin', 'The request did not come from this page.', { about: (origin ?? 'no Origin').slice(0, 200) }))
  })
}
