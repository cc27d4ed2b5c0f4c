/** Every WebSocket: cookie, Origin and ticket are checked by the hooks before the upgrade; here the sockets find their streams. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { RunId, SessionId, TerminalMode, TerminalTarget } from '@orchestra/contracts'
import type { Engine } from '../../ports/engine.ts'
import type { PublicConfig, RelayDoor } from '../config.ts'
import { parse } from '../refusal.ts'
import { personOf } from '../sign-in.ts'
import { specRoom } from '../spec/room.ts'
import { sendLog } from './run.ts'
import type { SignedInSockets } from './signed-in.ts'
import { stateHub } from './state.ts'
import { bridgeTerminal } from './terminal.ts'

const guarded = { websocket: true, config: { ticket: true } } as const
const RunPath = z.object({ id: RunId })
const TerminalPath = z.object({ session: SessionId, target: TerminalTarget })
const Size = z.object({ cols: z.coerce.number().int().min(2).max(1000).default(80), rows: z.coerce.number().int().min(1).max(500).default(24), mode: TerminalMode.default('drive') })
const From = z.object({ from: z.coerce.number().int().min(0).default(0) })

export const sockets = (app: FastifyInstance, parts: { engine: Engine; signedIn: SignedInSockets; config: PublicConfig; relay: RelayDoor }): void => {
  const { engine, signedIn, config, relay } = parts
  const hub = stateHub(engine)
  const spec = specRoom(engine, config.stateDir, (error, what) => app.log.error({ err: error }, what))
  app.addHook('preClose', async () => {
    hub.stop()
    await spec.stop()
  })

  /** First of all for each socket. */
  const keep = (socket: WebSocket, request: FastifyRequest): void => {
    signedIn.add(socket, personOf(request).secret)
    socket.on('error', (error) => app.log.debug({ err: error }, 'socket failed'))
  }
  /** Paths are checked before the upgrade, so that a wrong one is an ordinary refusal. */
  const check = (...schemas: [z.ZodType, 'params' | 'query'][]) => async (request: FastifyRequest) => {
    for (const [schema, where] of schemas) parse(schema, request[where], where)
  }

  app.get('/ws/state', guarded, (socket, request) => {
    keep(socket, request)
    hub.join(socket).catch((error: unknown) => {
      app.log.error({ err: error }, 'no snapshot for a page')
      socket.close(1011, 'no snapshot')
    })
  })
  app.get('/ws/run/:id', { ...guarded, preHandler: check([RunPath, 'params'], [From, 'query']) }, (socket, request) => {
    keep(socket, request)
    const { id } = RunPath.parse(request.params)
    sendLog(socket, engine, id, From.parse(request.query).from).catch((error: unknown) => {
      app.log.error({ err: error, run: id }, 'log stream failed')
      socket.close(1011, 'log stream failed')
    })
  })
  app.get('/ws/terminal/:session/:target', { ...guarded, preHandler: check([TerminalPath, 'params'], [Size, 'query']) }, (socket, request) => {
    keep(socket, request)
    const where = TerminalPath.parse(request.params)
    bridgeTerminal(socket, relay, where, Size.parse(request.query), () => {
      if (where.target === 'cli') engine.typed(where.session).catch((error: unknown) => app.log.error({ err: error }, 'a typed line was not noted'))
    })
  })
  app.get('/ws/spec', guarded, (socket, request) => {
    keep(socket, request)
    spec.join(socket, personOf(request).name)
  })
}
