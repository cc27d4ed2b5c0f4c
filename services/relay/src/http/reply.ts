/** Small helpers for replies and bounded bodies on node's own HTTP server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fail, ok, problem, statusOf } from '@orchestra/contracts'
import type { Problem, Result } from '@orchestra/contracts'
import type { Budget } from './budget.ts'

export const sendJson = (res: ServerResponse, status: number, body: unknown): void => {
  if (res.headersSent || res.destroyed) return
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export const sendProblem = (res: ServerResponse, found: Problem): void => sendJson(res, statusOf(found.code), { problem: found })

/**
 * The whole body, or `too_large` as soon as it passes `max` bytes, or `rate_limited` when the session's bodies together pass
 * their budget. What was taken from the budget is given back when the reply ends. Rejects when the sender hangs up.
 */
export const readBody = async (req: IncomingMessage, res: ServerResponse, max: number, budget: Budget): Promise<Result<Buffer>> => {
  const chunks: Buffer[] = []
  let size = 0
  res.once('close', () => budget.give(size))
  // What is refused is read on and dropped: closing at once would lose the reply that says why.
  const refuse = (why: Problem) => {
    req.resume()
    return fail(why)
  }
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (size + chunk.length > max) return refuse(problem('too_large', `The body has more than ${max} bytes.`))
    if (res.destroyed || !budget.take(chunk.length)) return refuse(problem('rate_limited', 'Too many large requests are open at once.'))
    size += chunk.length
    chunks.push(chunk)
  }
  return ok(Buffer.concat(chunks))
}

export const parseJson = (text: string): Result<unknown> => {
  try {
    return ok(JSON.parse(text))
  } catch {
    return fail(problem('bad_input', 'The body is not JSON.'))
  }
}

/** Resolves true when the reply has been handed to the system, false when the other side went away before. */
export const finished = (res: ServerResponse): Promise<boolean> =>
  new Promise((resolve) => {
    if (res.writableFinished) return resolve(true)
    if (res.destroyed) return resolve(false)
    res.once('finish', () => resolve(true))
    res.once('close', () => resolve(res.writableFinished))
  })

/** Aborts when the other side goes away before the reply is complete. */
export const goneSignal = (res: ServerResponse): AbortSignal => {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort()
  })
  return gone.signal
}
