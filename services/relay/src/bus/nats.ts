/** The one importer of NATS in the relay, with its neighbours inbox-consumer.ts and line.ts. */
import { setTimeout as delay } from 'node:timers/promises'
import { bus, fail, link, problem } from '@orchestra/contracts'
import { connect, RequestError, TimeoutError } from '@nats-io/transport-node'
import type { Msg } from '@nats-io/transport-node'
import type { Log } from '../log.ts'
import { consumeInbox, dropInbox } from './inbox-consumer.ts'
import { makeLine } from './line.ts'
import type { Bus } from './port.ts'

/** ms that one try waits for its reply: an orchestrator that died with the request in its hands never sends one. */
const REQUEST_TIMEOUT = 15_000
/** Left of the server's limit for the envelope around a frame. */
const ENVELOPE = 8 * 1024

/** Connects, waiting for a server that is not there yet, and reconnects for ever. */
export const connectBus = async (options: { url: string; user: string; password: string; log: Log }): Promise<Bus> => {
  const { log } = options
  const nc = await connect({
    servers: options.url,
    user: options.user,
    pass: options.password,
    // Replies to this user alone; the server's permissions (services/init/nats.conf) name it.
    inboxPrefix: bus.answersTo('relay'),
    name: 'relay',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
    ignoreAuthErrorAbort: true,
  })
  const line = makeLine(nc)

  const request = async (subject: string, payload: unknown, timeout = REQUEST_TIMEOUT): Promise<bus.Reply> => {
    const until = Date.now() + timeout
    try {
      await line.back(timeout)
      const reply = await line.uncut(nc.request(subject, JSON.stringify(payload), { timeout: Math.max(1, until - Date.now()) }))
      return bus.Reply.parse(reply.json())
    } catch (error) {
      if (error instanceof RequestError || error instanceof TimeoutError)
        return fail(problem('timed_out', 'The orchestrator did not answer.', { detail: error.message }))
      throw new Error(`request ${subject} failed`, { cause: error })
    }
  }
  const serve = (subject: string, handler: (subject: string, input: unknown) => Promise<bus.Reply>): void => {
    nc.subscribe(subject, {
      callback: (error, message) => {
        if (error) return log('subscription failed', { subject, error })
        if (message.reply && !bus.isAnswerTo('orchestrator', message.reply)) return log('a request wants its answer elsewhere and is dropped', { subject, reply: message.reply })
        void answer(message, handler, log)
      },
    })
  }

  return {
    async call(call, patience) {
      const until = Date.now() + patience
      for (let wait = 250; ; wait = Math.min(wait * 2, 2000)) {
        const reply = await request(bus.subjects.call(call.session), call, Math.min(until - Date.now(), REQUEST_TIMEOUT))
        if (reply.ok || reply.problem.code !== 'timed_out' || Date.now() + wait >= until) return reply
        await delay(wait)
      }
    },
    report: (report) => request(bus.subjects.event(report.session), report),
    maxReport: () => (nc.info?.max_payload ?? 1024 * 1024) - ENVELOPE,
    openInbox: (session, onEntry, onCaughtUp) => consumeInbox(nc, session, onEntry, onCaughtUp, log),
    dropInbox: (session) => dropInbox(nc, session),
    serveVerbs(handlers) {
      for (const verb of Object.keys(bus.relayVerbs) as bus.RelayVerb[]) serve(bus.subjects.relay(verb), (_subject, input) => handlers[verb](input))
    },
    serveControl(handler) {
      serve(bus.subjects.control('*'), async (subject, input) => {
        const frame = link.ToAgent.safeParse(input)
        const session = subject.slice(subject.indexOf('.') + 1)
        if (!frame.success) return fail(problem('bad_input', 'This is no frame for an agent.', { about: session, detail: frame.error.message }))
        const sent = handler(session, frame.data)
        return sent.ok ? { ok: true, value: {} } : sent
      })
    },
    ready: () => nc.flush(),
    connected: line.up,
    close: () => nc.close(),
  }
}

const answer = async (message: Msg, handler: (subject: string, input: unknown) => Promise<bus.Reply>, log: Log): Promise<void> => {
  let reply: bus.Reply
  try {
    reply = await handler(message.subject, message.json())
  } catch (error) {
    log('a request could not be answered', { subject: message.subject, error })
    reply = fail(problem('relay_unreachable', 'The relay failed at this request.', { detail: error instanceof Error ? error.message : String(error) }))
  }
  message.respond(JSON.stringify(reply))
}
