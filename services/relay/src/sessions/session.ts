/** One session on its socket: the rooms wired together, with its identity given once, here. */
import { join } from 'node:path'
import { problem } from '@orchestra/contracts'
import type { Role, SessionId } from '@orchestra/contracts'
import type { Dispatcher } from 'undici'
import { makeHeld } from '../asks/held.ts'
import { askRoute } from '../asks/route.ts'
import { bounds } from '../bounds.ts'
import type { Bus } from '../bus/port.ts'
import type { CredentialStore } from '../credential/store.ts'
import type { Egress } from '../egress/connect.ts'
import { makeProxy } from '../egress/proxy.ts'
import { makeBudget } from '../http/budget.ts'
import { sendProblem } from '../http/reply.ts'
import type { Budget } from '../http/budget.ts'
import { makeInbox } from '../inbox/inbox.ts'
import type { Inbox } from '../inbox/inbox.ts'
import { makeLink } from '../link/link.ts'
import type { ControlLink } from '../link/link.ts'
import type { Log } from '../log.ts'
import { mcpRoute } from '../mcp/server.ts'
import { makeAllowance } from '../model/allowance.ts'
import { modelGateway } from '../model/gateway.ts'
import type { LimitGate } from '../model/limit-gate.ts'
import { makeTrouble } from '../model/trouble.ts'
import { pushRoutes } from '../push/push.ts'
import { makeReporter } from '../reports/reporter.ts'
import { makeStreams } from '../stream/streams.ts'
import type { Streams } from '../stream/streams.ts'
import type { Rooms, Route } from './routes.ts'
import { serveSocket } from './socket-server.ts'

export type Shared = {
  bus: Bus
  credentials: CredentialStore
  upstream: Dispatcher
  egress: Egress
  /** for the bodies of all sessions */
  budget: Budget
  sockets: string
  orchestratorUrl: string
  internalToken: string
  askWait: number
  limits: LimitGate
  /** milliseconds, for the model endpoint */
  silentAfter: number
  log: Log
}

export type Session = { id: SessionId; role: Role; link: ControlLink; streams: Streams; /** What it may do with the model changed. */ reallow(): void; /** The folder and the inbox stay. */ close(): Promise<void> }

export const folderOf = (sockets: string, session: SessionId): string => join(sockets, session)

const nothing: Route = (_req, res) => Promise.resolve(sendProblem(res, problem('forbidden', 'Checks run commands; they have no model, no words and no commits.')))
/** A check runs the code of a branch that nobody has merged: its link and its log are all that it needs, and the way to the registries. */
const closed: Pick<Rooms, 'model' | 'mcp' | 'ask' | 'askSettled' | 'pushPack'> = { model: nothing, mcp: nothing, ask: nothing, askSettled: nothing, pushPack: nothing }

export const openSession = async (session: SessionId, role: Role, shared: Shared): Promise<Session> => {
  const { bus, log } = shared
  const reporter = makeReporter(session, bus, log)
  const held = makeHeld(session, bus, (question) => inbox.revisit(question))
  const inbox: Inbox = makeInbox(session, held, reporter, () => shared.limits.holds(session), log)
  const leave = shared.limits.join(session, role, () => inbox.open())
  const link = makeLink({ session, role, inbox, reporter, maxReport: () => bus.maxReport(), log })
  const streams = makeStreams(session, link)
  const allowance = makeAllowance(session, bus, reporter)
  const budget = makeBudget(bounds.sessionBodies, shared.budget)
  const proxy = makeProxy(shared.egress, reporter)
  const push = pushRoutes({ session, orchestratorUrl: shared.orchestratorUrl, internalToken: shared.internalToken, log })

  const questions = askRoute(held, reporter, budget)
  const rooms: Rooms = {
    model: modelGateway({ session, credentials: shared.credentials, upstream: shared.upstream, reporter, limits: shared.limits, trouble: makeTrouble({ silentAfter: shared.silentAfter, credentials: shared.credentials, reporter }), allowance, onAsk: inbox.modelAsked, budget, log }),
    mcp: mcpRoute({ session, role, bus, held, askWait: shared.askWait, onListed: (tookMs) => void link.send({ type: 'tools-listed', tookMs }), budget, log }),
    ask: questions.ask,
    askSettled: questions.settle,
    pushPack: push.pack,
    pushLog: push.log,
    proxy: proxy.forward,
    tunnel: proxy.tunnel,
    link: link.upgrade,
    stream: streams.accept,
  }
  const server = await serveSocket(folderOf(shared.sockets, session), role === 'check' ? { ...rooms, ...closed } : rooms, log)
  const feed = bus.openInbox(session, inbox.take, inbox.caughtUp)

  return {
    id: session,
    role,
    link,
    streams,
    reallow: allowance.forget,
    async close() {
      link.close()
      streams.close()
      inbox.close()
      leave()
      proxy.close()
      reporter.close()
      await Promise.all([server.close(), feed.close()])
    },
  }
}
