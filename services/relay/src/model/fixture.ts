/** For tests of this room: gateways of two sessions before an endpoint that answers as a test says. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ok } from '@orchestra/contracts'
import type { SessionId, Tokens } from '@orchestra/contracts'
import { bounds } from '../bounds.ts'
import { makeCredentialStore } from '../credential/store.ts'
import { makeBudget } from '../http/budget.ts'
import type { Report, Reporter } from '../reports/reporter.ts'
import { modelGateway } from './gateway.ts'
import { makeLimitGate } from './limit-gate.ts'
import { makeTrouble } from './trouble.ts'
import { makeUpstream } from './upstream.ts'

export const [designer, auth] = ['designer', 'auth'] as SessionId[] as [SessionId, SessionId]
const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

/** `sayWithin`: see hang-up.ts. */
export const serveGateways = async (sayWithin?: number) => {
  const dir = await mkdtemp(join(tmpdir(), 'gateway-'))
  const upstream = makeUpstream()
  const reports: Report[] = []
  const counted: Tokens[] = []
  const rig = { sent: 0, answer: (res: ServerResponse, _req: IncomingMessage): void => void res.destroy() }
  const model = createServer((req, res) => { req.resume(); rig.sent += 1; rig.answer(res, req) })
  await listen(model)
  const credentials = makeCredentialStore(dir)
  const save = (secret: string) => credentials.save({ kind: 'api-key', secret, baseUrl: url(model), lastCheck: null })
  await save('one')
  const limits = await makeLimitGate(dir, credentials, () => undefined, 10)
  const reporter: Reporter = { send: async (r) => { reports.push(r); return 'committed' }, waiting: () => 0, close: () => undefined }
  const unbounded = { budget: { usd: null, tokens: null }, spent: { usd: 0, tokens: 0 }, models: [], providerTools: [], requestsPerMinute: null, prices: {} }
  const allowance = { enter: async () => ok(unbounded), hold: async () => ok(() => undefined), add: (_model: string, tokens: Tokens) => void counted.push(tokens), forget: () => undefined }
  const gatewayOf = (session: SessionId) => {
    limits.join(session, session === designer ? 'designer' : 'executor', () => undefined)
    return modelGateway({ session, credentials, upstream, reporter, trouble: makeTrouble({ silentAfter: 60_000, credentials, reporter }), limits, allowance, onAsk: () => undefined, budget: makeBudget(bounds.sessionBodies), sayWithin, log: () => undefined })
  }
  const gateways = { designer: gatewayOf(designer), auth: gatewayOf(auth) }
  const relay = createServer((req, res) => void gateways[(req.headers['x-session'] ?? 'auth') as 'auth'](req, res))
  await listen(relay)
  return {
    rig, reports, counted, limits, save, address: url(relay),
    async close() {
      await limits.stop()
      for (const server of [model, relay]) { server.close(); server.closeAllConnections() }
      await upstream.destroy()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
