/**
 * The model API of a session: the two message endpoints, streamed, everything but the credential as the CLI sent it, within what the
 * project allows the session. Tokens are counted here from what the endpoint says. Failures of the endpoint pass through unchanged; the relay's own have its shape.
 */
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { costOf, modelAllowed, ok, problem, statusOf } from '@orchestra/contracts'
import type { Allowance, CredentialLimit, Problem, SessionId } from '@orchestra/contracts'
import { request } from 'undici'
import type { Dispatcher } from 'undici'
import { bounds } from '../bounds.ts'
import type { Credential, CredentialStore } from '../credential/store.ts'
import type { Budget } from '../http/budget.ts'
import { finished, goneSignal, readBody, sendJson } from '../http/reply.ts'
import type { Log } from '../log.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { SessionAllowance } from './allowance.ts'
import { toClient, toUpstream } from './headers.ts'
import { limitedUntil, windowOf } from './limits.ts'
import { atMost, unsaid } from './estimate.ts'
import { hangUp } from './hang-up.ts'
import type { HangUp } from './hang-up.ts'
import { checkModelRequest } from './policy.ts'
import type { ModelRequest } from './policy.ts'
import { endpoint, transportFailure } from './upstream.ts'
import type { LimitGate } from './limit-gate.ts'
import type { makeTrouble } from './trouble.ts'
import { makeUsageMeter } from './usage.ts'
import { wordsBytes } from './words.ts'

export type GatewayDeps = { session: SessionId; credentials: CredentialStore; upstream: Dispatcher; reporter: Reporter; trouble: ReturnType<typeof makeTrouble>; limits: LimitGate; allowance: SessionAllowance; /** told of each request that goes to the model */ onAsk: (request: string) => void; budget: Budget; /** milliseconds; see hang-up.ts */ sayWithin?: number; log: Log }

const PREFIX = '/llm'
/** In place of the endpoint's status: the session did not wait for it. */
const HUNG_UP = 499
const allowed = new Set(['/v1/messages', '/v1/messages/count_tokens'])

const errorTypes: Record<number, string> = { 400: 'invalid_request_error', 401: 'authentication_error', 403: 'permission_error', 404: 'not_found_error', 413: 'request_too_large', 429: 'rate_limit_error', 504: 'timeout_error' }
const sendError = (res: ServerResponse, status: number, message: string): void =>
  sendJson(res, status, { type: 'error', error: { type: errorTypes[status] ?? 'api_error', message }, request_id: null })
const sendRefusal = (res: ServerResponse, found: Problem): void =>
  // A refusal of ours is a request that can not be made: 400, or the CLI would take a 403 for a bad login.
  sendError(res, found.code === 'forbidden' ? 400 : statusOf(found.code), `${found.message} ${found.next}`)

const refusedModel = (model: string, { models, budget, prices }: Allowance): Problem | null => {
  const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
  if (!modelAllowed(models, model)) return problem('forbidden', `The model "${model}" is not among those that this project allows.`, { next: `Use one of: ${models.join(', ')}.` })
  if (budget.usd !== null && costOf(model, none, prices) === null) return problem('forbidden', `The model "${model}" has no price, and this session has a budget in dollars.`, { next: 'Use another model, or ask the person for a price in .orchestra/config.yaml or a budget in tokens.' })
  return null
}

export const modelGateway = (deps: GatewayDeps) => {
  let open = 0
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', 'http://relay')
    const path = url.pathname.slice(PREFIX.length)
    if (req.method !== 'POST' || !allowed.has(path)) return sendError(res, 404, 'Only POST /v1/messages and /v1/messages/count_tokens are served here.')
    if (!['', 'identity'].includes(req.headers['content-encoding'] ?? '')) return sendError(res, 400, 'The request body must not be compressed.')
    const gone = goneSignal(res)
    // Before the body is read: what waits for a budget holds no memory.
    const entered = await deps.allowance.enter(gone)
    if (!entered.ok) return sendRefusal(res, entered.problem)
    const body = await readBody(req, res, bounds.modelBody, deps.budget)
    if (!body.ok) return sendRefusal(res, body.problem)
    const checked = checkModelRequest(body.value, entered.value.providerTools)
    if (!checked.ok) return sendRefusal(res, checked.problem)
    const refusal = refusedModel(checked.value.model, entered.value)
    if (refusal) return sendRefusal(res, refusal)
    const counts = path === '/v1/messages'
    const held = counts ? await deps.allowance.hold(atMost(checked.value, entered.value.prices), gone) : ok(() => undefined)
    if (!held.ok) return sendRefusal(res, held.problem)
    try {
      await send(req, res, { path: path + url.search, counts, asked: checked.value, gone })
    } finally {
      held.value()
    }
  }

  type Sending = { /** with its query */ path: string; counts: boolean; asked: ModelRequest; gone: AbortSignal }
  const send = async (req: IncomingMessage, res: ServerResponse, { path, counts, asked, gone }: Sending): Promise<void> => {
    const credential = await deps.credentials.current()
    if (!credential) {
      const missing = problem('no_credential', 'Orchestra has no model credential yet.')
      return sendError(res, 401, `${missing.message} ${missing.next}`)
    }

    const limit = await deps.limits.enter(deps.session, credential, gone)
    if (limit) return refuseLimited(res, limit)
    if (gone.aborted) return

    if (counts) deps.onAsk(asked.text)
    const heard = counts ? deps.trouble.watch(credential) : () => undefined
    const sentAt = performance.now()
    const ending = hangUp(gone, counts ? deps.sayWithin : 0)
    let reply: Dispatcher.ResponseData
    try {
      reply = await request(endpoint(credential.baseUrl, path), {
        method: 'POST', dispatcher: deps.upstream, signal: ending.signal,
        headers: toUpstream(req.headers, credential), body: asked.text,
      })
    } catch (error) {
      heard()
      if (ending.signal.aborted) return reportUnsaid(counts, asked, performance.now() - sentAt)
      const text = transportFailure(error, credential.baseUrl)
      deps.log('model endpoint not reached', { session: deps.session, text })
      if (gone.aborted) return
      if (counts) deps.trouble.transport(text)
      return sendError(res, text.includes('said nothing') || text.includes('does not answer') ? 504 : 502, `${text} Orchestra's settings name this endpoint.`)
    }
    heard()
    const said = await passOn(reply, res, { counts, asked, credential, ending, sentAt })
    if (counts) await deps.trouble.reply(credential, reply.statusCode, said)
  }

  type Passing = { counts: boolean; asked: ModelRequest; credential: Credential; ending: HangUp; sentAt: number }
  /** Returns the beginning of a refusal's body. */
  const passOn = async (reply: Dispatcher.ResponseData, res: ServerResponse, { counts, asked, credential, ending, sentAt }: Passing): Promise<string> => {
    const { headers, statusCode: status } = reply
    const meter = makeUsageMeter(String(headers['content-type'] ?? ''), String(headers['content-encoding'] ?? ''))
    res.writeHead(status, toClient(headers))
    res.flushHeaders()
    let said = ''
    try {
      for await (const chunk of reply.body as AsyncIterable<Buffer>) {
        meter.push(chunk)
        if (meter.heard()) ending.known()
        if (status >= 400 && said.length < wordsBytes) said += chunk.toString('utf8')
        // Hung up meanwhile: read on for the count alone.
        if (!res.destroyed && !res.write(chunk)) await once(res, 'drain', { signal: ending.gone }).catch(() => undefined)
      }
      res.end()
      await finished(res)
    } catch (error) {
      // Either side hung up in the middle: what was counted so far is reported, and the other side sees the end.
      deps.log('a model reply was cut off', { session: deps.session, reason: error instanceof Error ? error.message : String(error) })
    }
    const hungUp = ending.gone.aborted
    if (!res.writableEnded) res.destroy()
    await meter.end()
    if (hungUp && status < 300 && !meter.heard()) reportUnsaid(counts, asked, performance.now() - sentAt)
    else report(counts, status, headers, meter.model() ?? asked.model, meter.tokens(), credential)
    return said
  }

  /** The endpoint worked on it, and what it took will never be said. */
  const reportUnsaid = (counts: boolean, asked: ModelRequest, ms: number): void => {
    if (!counts) return
    const tokens = unsaid(asked, ms)
    deps.log('a model request was hung up on before the endpoint said what it took; an estimate counts', { session: deps.session, tokens })
    deps.allowance.add(asked.model, tokens, deps.reporter.send({ type: 'usage', request: randomUUID(), model: asked.model.slice(0, 200), tokens, status: HUNG_UP, window: null, at: new Date().toISOString() }))
  }

  const report = (counts: boolean, status: number, headers: Dispatcher.ResponseData['headers'], model: string, tokens: ReturnType<ReturnType<typeof makeUsageMeter>['tokens']>, credential: Credential): void => {
    const at = new Date().toISOString()
    if (counts) deps.allowance.add(model, tokens, deps.reporter.send({ type: 'usage', request: randomUUID(), model: model.slice(0, 200), tokens, status, window: windowOf(headers), at }))
    if (status < 300) deps.limits.passed()
    if (status !== 429) return
    const named = limitedUntil(headers, Date.now())
    const text = named ? 'The model endpoint says the limit is reached.' : 'The model endpoint says: too many requests.'
    tellLimited(deps.limits.hit(credential, named, text), text)
  }
  const tellLimited = (until: string, text: string): void => void deps.reporter.send({ type: 'limited', until, text, at: new Date().toISOString() })

  /** Nothing was sent: the CLI ends the turn at once, and goes on with it when the session is told to. */
  const refuseLimited = (res: ServerResponse, limit: CredentialLimit): void => {
    tellLimited(limit.until, limit.text)
    const seconds = Math.ceil(Date.parse(limit.until) / 1000)
    res.setHeader('anthropic-ratelimit-unified-status', 'rejected').setHeader('anthropic-ratelimit-unified-reset', String(seconds)).setHeader('x-should-retry', 'false')
    sendError(res, 429, `${limit.text} Orchestra sends nothing with this credential before ${limit.until}.`)
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (open >= bounds.modelRequests) return sendError(res, 429, `${bounds.modelRequests} model requests of this session are open already.`)
    open += 1
    try {
      await handle(req, res)
    } finally {
      open -= 1
    }
  }
}
