/**
 * An HTTP server that speaks the Messages API and plays a script.
 *   POST /v1/messages (also ?beta=true)      streamed or whole
 *   POST /v1/messages/count_tokens           { input_tokens }
 *   GET  /health                             200
 *   GET  /journal?after=N                    lines of JSON: what was played, and then what is being played
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConversation, Request } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import { decide } from './decide.ts'
import type { Answer } from './decide.ts'
import { createJournal } from './journal.ts'
import { sendAnswer, sendFailure, tokensOf } from './reply.ts'
import type { Script } from './script.ts'

/** Requests without tools: a title for the conversation, or whether the endpoint answers at all. */
const aside = (r: Request): Answer => ({
  say: [JSON.stringify(r).includes('json_schema') ? JSON.stringify({ title: 'Scripted session' }) : 'Scripted session'], calls: [], fail: null, delay: 0, played: 'aside',
})

/** `pace`: milliseconds between pieces of text, for people who watch; 0 for tests. */
export const createModel = (script: Script, pace = 0): Server => {
  const journal = createJournal()
  /** Failures already played, by session and turn: the one thing that a conversation does not show. */
  const failures = new Map<string, number>()

  const shouldFail = (session: string, fail: NonNullable<Answer['fail']>): boolean => {
    const key = `${session} ${fail.key}`
    const before = failures.get(key) ?? 0
    failures.set(key, before + 1)
    return fail.times === undefined || before < fail.times
  }

  const play = async (request: Request, body: string, res: ServerResponse): Promise<void> => {
    const c: Conversation = readConversation(request)
    const isAside = (request.tools ?? []).length === 0
    const answer = isAside ? aside(request) : decide(script.sessions[c.session ?? ''] ?? script.sessions['*'], c)
    const failing = answer.fail !== null && shouldFail(c.session ?? '', answer.fail) ? answer.fail : null
    journal.add({ session: c.session, played: answer.played, words: c.words.map((w) => `${w.from}: ${w.text}`).join('\n').slice(0, 4000), tools: (request.tools ?? []).flatMap((t) => t.name ?? []), results: c.results.slice(0, 4000), failed: failing === null ? null : (failing.status ?? 'hang') })
    if (answer.delay > 0) await sleep(answer.delay)
    if (failing?.hang) return
    if (failing?.status !== undefined) return sendFailure(res, failing.status, failing.message ?? 'the script says so', failing.reset)
    await sendAnswer(res, answer, { model: request.model, stream: request.stream, requestChars: body.length, first: c.said.length + c.callIds.length === 0, pace: isAside ? 0 : pace })
  }

  const streamJournal = (after: number, res: ServerResponse): void => {
    res.writeHead(200, { 'content-type': 'application/x-ndjson' })
    res.flushHeaders()
    for (const entry of journal.since(after)) res.write(`${JSON.stringify(entry)}\n`)
    const stop = journal.listen((entry) => res.write(`${JSON.stringify(entry)}\n`))
    res.on('close', stop)
  }

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', 'http://model')
    if (req.method === 'GET' && url.pathname === '/journal') return streamJournal(Number(url.searchParams.get('after') ?? 0), res)
    if (req.method !== 'POST') {
      res.writeHead(url.pathname === '/health' || url.pathname === '/' ? 200 : 404)
      res.end()
      return
    }
    const body = await text(req)
    const key = req.headers['x-api-key'] ?? req.headers.authorization?.replace(/^Bearer /, '')
    if (script.keys !== undefined && !script.keys.includes(String(key))) return sendFailure(res, 401, 'invalid x-api-key')
    if (url.pathname === '/v1/messages/count_tokens') {
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ input_tokens: tokensOf(body) }))
      return
    }
    if (url.pathname !== '/v1/messages') return sendFailure(res, 404, `no such endpoint: ${url.pathname}`)
    const parsed = Request.safeParse(JSON.parse(body))
    if (!parsed.success) return sendFailure(res, 400, parsed.error.message)
    await play(parsed.data, body, res)
  }

  return createServer((req, res) => {
    handle(req, res).catch((e: unknown) => {
      console.error('model:', e)
      if (!res.headersSent) sendFailure(res, 500, e instanceof Error ? e.message : String(e))
      else res.destroy()
    })
  })
}
