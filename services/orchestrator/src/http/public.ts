/** The people's door. What it serves is written in contracts/http.ts and contracts/frames.ts. */
import cookie from '@fastify/cookie'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { limits } from '@orchestra/contracts'
import type { Accounts, Engine } from '../ports/engine.ts'
import { commandRoute } from './commands.ts'
import type { PublicConfig, RelayDoor } from './config.ts'
import { guardOrigin } from './guard.ts'
import { openApi } from './openapi.ts'
import { readRoutes } from './reads.ts'
import { answerFailures } from './refusal.ts'
import { signIn } from './sign-in.ts'
import { sockets } from './sockets/index.ts'
import { signedInSockets } from './sockets/signed-in.ts'
import { tickets } from './tickets.ts'

/** Not listening yet; `close()` ends its sockets and writes an unsaved spec first. */
export const buildPublic = async (parts: { engine: Engine; accounts: Accounts; config: PublicConfig; relay: RelayDoor; /** milliseconds; see sockets/signed-in.ts */ lookAgainMs?: number }): Promise<FastifyInstance> => {
  const { engine, accounts, config, relay } = parts
  const app = Fastify({ logger: config.logLevel ? { level: config.logLevel } : false, bodyLimit: limits.httpBody, forceCloseConnections: true })
  answerFailures(app)
  await app.register(cookie)
  guardOrigin(app, config)
  const signedIn = signedInSockets(accounts, (error) => app.log.warn({ err: error }, 'could not look up a sign-in'), parts.lookAgainMs)
  signIn(app, accounts, config, signedIn.endOf)
  tickets(app)
  await app.register(websocket, { options: { maxPayload: limits.httpBody, handleProtocols: (offered: Set<string>) => (offered.has('tty') ? 'tty' : false) } })
  readRoutes(app, engine, config)
  commandRoute(app, engine)
  openApi(app, config.version)
  sockets(app, { engine, signedIn, config, relay })
  return app
}
