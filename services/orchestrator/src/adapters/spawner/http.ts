/** Calls to the spawner's UNIX socket. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { bus, fail, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'
import type { z } from 'zod'

const unreachable = (e: Error) =>
  fail(problem('spawner_unreachable', 'The spawner does not answer.', { detail: e.message }))

/** A response, whatever its status, or the problem that nobody answered. `signal` ends it at any point. */
export const open = (socket: string, method: 'GET' | 'POST', path: string, body?: unknown, signal?: AbortSignal): Promise<Result<IncomingMessage>> =>
  new Promise((resolve) => {
    // A connection of its own: a kept one would be reset by a spawner that was restarted meanwhile.
    const req = request({ agent: false, socketPath: socket, method, path, signal, headers: { 'content-type': 'application/json' } })
    req.once('response', (res) => resolve(ok(res)))
    req.once('error', (e) => resolve(unreachable(e)))
    req.end(body === undefined ? undefined : JSON.stringify(body))
  })

/** The problem that a response carries in place of what was asked for. */
export const refusal = async (res: IncomingMessage): Promise<Result<never>> => {
  const reply = bus.Reply.parse(JSON.parse(await text(res)))
  if (reply.ok) throw new Error('the spawner answered a stream with a value')
  return fail(reply.problem)
}

/** One verb, its value checked against `shape`: an answer of another shape is a bug. */
export const call = async <S extends z.ZodType>(socket: string, verb: string, body: unknown, shape: S): Promise<Result<z.output<S>>> => {
  const res = await open(socket, 'POST', `/${verb}`, body)
  if (!res.ok) return res
  let raw: string
  try {
    raw = await text(res.value)
  } catch (e) {
    return unreachable(e as Error)
  }
  const reply = bus.Reply.parse(JSON.parse(raw))
  return reply.ok ? ok(shape.parse(reply.value)) : fail(reply.problem)
}
