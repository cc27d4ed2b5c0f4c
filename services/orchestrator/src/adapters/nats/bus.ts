/** The one importer of NATS in the orchestrator. */
import { EventEmitter } from 'node:events'
import { bus, CredentialView, fail, ok, problem, SessionId } from '@orchestra/contracts'
import type { Problem, Result } from '@orchestra/contracts'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, RequestError, TimeoutError } from '@nats-io/transport-node'
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { z } from 'zod'
import type { Bus } from '../../ports/bus.ts'
import { ensureInboxStream, waitingByInbox } from './inbox-stream.ts'
import { makeLanes } from './lanes.ts'
import type { Lanes } from './lanes.ts'

export type BusOptions = {
  url: string
  user: string
  password: string
  /** Sessions whose calls, and whose reports, are worked on at the same time. Default 16 each. */
  width?: number
  /** A message that can't be read, or a handler's own failure. Default: standard error. */
  onFailure?: (what: string, error: unknown) => void
}

const wait = { open: 10_000, credential: 60_000, status: 5000, control: 5000, publish: 5000 } as const

/** Connects, waiting for a server that is not there yet, and reconnects for ever. Makes the inbox stream. */
export const connectBus = async (options: BusOptions): Promise<Bus> => {
  const onFailure = options.onFailure ?? ((what: string, error: unknown) => console.error(`nats: ${what}`, error))
  const nc = await connect({
    servers: options.url,
    user: options.user,
    pass: options.password,
    // Replies to this user alone; the server's permissions (services/init/nats.conf) name it.
    inboxPrefix: bus.answersTo('orchestrator'),
    name: 'orchestrator',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
    ignoreAuthErrorAbort: true,
  })
  await ensureInboxStream(nc)
  const inboxes = jetstream(nc)
  const returns = new EventEmitter()
  void followReturns(nc, () => returns.emit('return'))
  const lanes: Lanes[] = []
  const subscriptions: Subscription[] = []

  const ask = async <T>(subject: string, payload: unknown, timeout: number, value: z.ZodType<T>, unreachable: Problem): Promise<Result<T>> => {
    try {
      const message = await nc.request(subject, JSON.stringify(payload), { timeout })
      const reply = bus.Reply.parse(message.json())
      return reply.ok ? ok(value.parse(reply.value)) : reply
    } catch (error) {
      if (error instanceof RequestError || error instanceof TimeoutError) return fail({ ...unreachable, detail: error.message })
      throw new Error(`request ${subject} failed`, { cause: error })
    }
  }
  const toRelay = <T>(verb: bus.RelayVerb, payload: unknown, timeout: number, value: z.ZodType<T>, about?: string): Promise<Result<T>> =>
    ask(bus.subjects.relay(verb), payload, timeout, value, problem('relay_unreachable', `The relay did not answer "${verb}".`, { about }))

  const serve = <T extends { session: string }>(subject: string, schema: z.ZodType<T>, handler: (payload: T) => Promise<bus.Reply>): void => {
    const lane = makeLanes(options.width ?? 16, (error) => onFailure(`${subject}: reply not sent`, error))
    lanes.push(lane)
    const answer = async (message: Msg, session: string): Promise<void> => {
      respond(message, await reply(message, session, schema, handler, onFailure), nc.info?.max_payload ?? 1024 * 1024)
    }
    subscriptions.push(nc.subscribe(subject, {
      queue: 'orchestrator',
      callback: (error, message) => {
        if (error) return onFailure(subject, error)
        if (message.reply && !bus.isAnswerTo('relay', message.reply)) return onFailure(subject, new Error(`a request wants its answer at ${message.reply}; it is dropped`))
        const session = message.subject.slice(message.subject.indexOf('.') + 1)
        lane.add(session, () => answer(message, session))
      },
    }))
  }

  return {
    async putInbox(session, item) {
      await inboxes.publish(bus.subjects.inbox(session), JSON.stringify(item), { msgID: item.delivery.message, timeout: wait.publish })
    },
    async inboxes() {
      const waiting = await waitingByInbox(await jetstreamManager(nc))
      return waiting && new Map([...waiting].map(([subject, n]) => [SessionId.parse(subject.slice(bus.subjects.inbox('').length)), n]))
    },
    makeInboxes: async () => { await ensureInboxStream(nc) },
    onReturn: (listener) => { returns.on('return', listener); return () => returns.off('return', listener) },
    control: (session, frame) =>
      ask(bus.subjects.control(session), frame, wait.control, nothing, problem('agent_unreachable', `Session "${session}" has no live link.`, { about: session })),
    openSession: (session, role) => toRelay('open', { session, role }, wait.open, nothing, session),
    closeSession: (session, forget) => toRelay('close', { session, forget }, wait.open, nothing, session),
    listSessions: () => toRelay('list', {}, wait.status, z.object({ sessions: z.array(z.object({ session: SessionId })) }).transform((v) => v.sessions.map((s) => s.session))),
    credentialStatus: () => toRelay('status', {}, wait.status, CredentialView),
    saveCredential: (credential) => toRelay('credential', credential, wait.credential, CredentialView),
    setEgress: (policy) => toRelay('egress', policy, wait.status, nothing),
    reallow: () => toRelay('reallow', {}, wait.status, nothing),
    publishFact: (project, fact) => nc.publish(bus.subjects.facts(project), JSON.stringify(fact)),
    onCall: (handler) => serve(bus.subjects.call('*'), bus.ToolCall, handler),
    onReport: (handler) => serve(bus.subjects.event('*'), bus.SessionReport, handler),
    async close() {
      await Promise.all(subscriptions.map((subscription) => subscription.drain()))
      await Promise.all(lanes.map((lane) => lane.idle()))
      await nc.drain()
    },
  }
}

const followReturns = async (nc: NatsConnection, onReturn: () => void): Promise<void> => {
  for await (const status of nc.status()) if (status.type === 'reconnect') onReturn()
}

const nothing: z.ZodType<void> = z.unknown().transform(() => undefined)

const reply = async <T extends { session: string }>(
  message: Msg,
  session: string,
  schema: z.ZodType<T>,
  handler: (payload: T) => Promise<bus.Reply>,
  onFailure: (what: string, error: unknown) => void,
): Promise<bus.Reply> => {
  try {
    const payload = schema.safeParse(message.json())
    if (!payload.success || payload.data.session !== session)
      return fail(problem('bad_input', `What came on ${message.subject} is not what it should be.`, { about: session, detail: payload.error?.message }))
    return await handler(payload.data)
  } catch (error) {
    onFailure(`handler of ${message.subject}`, error)
    return fail(problem('timed_out', 'The orchestrator could not finish this now.', { about: session }))
  }
}

const respond = (message: Msg, value: bus.Reply, max: number): void => {
  const text = JSON.stringify(value)
  if (Buffer.byteLength(text) <= max) message.respond(text)
  else message.respond(JSON.stringify(fail(problem('too_large', `The reply has ${Buffer.byteLength(text)} bytes; ${max} fit.`, { next: 'Ask for a smaller part of it.' }))))
}
