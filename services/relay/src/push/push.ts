/** Packs and run logs of a session, streamed to the orchestrator's internal HTTP as they come. Sizes are bounded on the way. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { internal, limits, link, problem, RunId } from '@orchestra/contracts'
import type { SessionId } from '@orchestra/contracts'
import { Agent, request } from 'undici'
import type { Dispatcher } from 'undici'
import { bounds } from '../bounds.ts'
import { goneSignal, parseJson, sendJson, sendProblem } from '../http/reply.ts'
import type { Route } from '../sessions/routes.ts'
import type { Log } from '../log.ts'

/** The orchestrator checks a large pack for a while before it answers; a log has no body after its end. */
const dispatcher = new Agent({ connect: { timeout: 5000 }, headersTimeout: 10 * 60_000, bodyTimeout: 60_000 })

export type PushDeps = { session: SessionId; orchestratorUrl: string; internalToken: string; log: Log }

export const pushRoutes = (deps: PushDeps): { pack: Route; log: Route } => {
  const post = (path: string, headers: Record<string, string>, body: Readable, signal: AbortSignal): Promise<Dispatcher.ResponseData> =>
    request(new URL(path, deps.orchestratorUrl), { method: 'POST', dispatcher, signal, headers: { ...headers, authorization: `Bearer ${deps.internalToken}`, 'content-type': 'application/octet-stream' }, body })

  const relay = async (res: ServerResponse, path: string, headers: Record<string, string>, body: Readable): Promise<{ status: number; text: string } | null> => {
    const gone = goneSignal(res)
    try {
      const reply = await post(path, headers, body, gone)
      return { status: reply.statusCode, text: await reply.body.text() }
    } catch (error) {
      if (error instanceof TooLarge) sendProblem(res, problem('too_large', error.message, { about: deps.session }))
      else if (!gone.aborted) {
        deps.log('a push did not reach the orchestrator', { session: deps.session, path, error })
        sendProblem(res, problem('timed_out', 'The orchestrator could not be reached.', { about: deps.session }))
      }
      return null
    }
  }
  return {
    async pack(req, res) {
      const headers = link.PushHeaders.safeParse(req.headers)
      if (!headers.success) return sendProblem(res, problem('bad_input', 'The headers of this push are not right.', { detail: headers.error.message }))
      const max = headers.data['x-kind'] === 'commits' ? limits.pack : limits.snapshotPack
      const reply = await relay(res, internal.pack(deps.session), headers.data, Readable.from(atMost(req, max), { objectMode: false }))
      if (!reply) return
      const json = parseJson(reply.text)
      const push = link.PushReply.safeParse(json.ok ? json.value : undefined)
      if (push.success) sendJson(res, reply.status, push.data)
      else sendProblem(res, problem('timed_out', `The orchestrator answered a push with status ${reply.status}.`, { about: deps.session }))
    },
    async log(req, res) {
      const run = RunId.safeParse(req.headers['x-run'])
      if (!run.success) return sendProblem(res, problem('bad_input', 'x-run names no run.'))
      const reply = await relay(res, internal.log(deps.session, run.data), {}, Readable.from(cutAt(req, limits.logPerRun), { objectMode: false }))
      if (!reply) return
      if (reply.status < 300) res.writeHead(204).end()
      else sendProblem(res, problem('timed_out', `The orchestrator answered a log with status ${reply.status}.`, { about: run.data }))
    },
  }
}

class TooLarge extends Error {}

/** While a pack is taken in, nothing else of its session is: one that stops coming is cut off. */
async function* atMost(req: IncomingMessage, max: number): AsyncGenerator<Buffer> {
  let size = 0
  const listen = () => setTimeout(() => req.destroy(new Error(`the pack stopped coming for ${bounds.packSilence / 1000} s`)), bounds.packSilence)
  let silent = listen()
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      // Not while it is the reader that is slow.
      clearTimeout(silent)
      size += chunk.length
      if (size > max) throw new TooLarge(`A pack of this kind has at most ${max} bytes.`)
      yield chunk
      silent = listen()
    }
  } finally {
    clearTimeout(silent)
  }
}

/** Passes `max` bytes and swallows the rest, so that the run goes on. */
async function* cutAt(req: IncomingMessage, max: number): AsyncGenerator<Buffer> {
  let left = max
  for await (const chunk of req as AsyncIterable<Buffer>) {
    if (left > 0) yield chunk.subarray(0, left)
    left -= chunk.length
  }
}
