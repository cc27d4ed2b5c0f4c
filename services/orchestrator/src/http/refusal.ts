/** How a failure leaves by HTTP: a problem with its status, or, for a bug, a reference to what was logged. */
import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { problem, statusOf } from '@orchestra/contracts'
import type { Problem, Result } from '@orchestra/contracts'

/** Carries a problem out of a hook or a handler to the one error handler. */
export class Refusal extends Error {
  readonly problem: Problem
  constructor(p: Problem) {
    super(p.message)
    this.problem = p
  }
}

export const unwrap = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Refusal(result.problem)
  return result.value
}

/** Checks what came in; refuses with the first field that is wrong. */
export const parse = <S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  const field = [what, ...(first?.path ?? [])].join('.')
  throw new Refusal(problem('bad_input', `${field}: ${first?.message ?? 'not valid'}`, { about: field }))
}

const problemOf = (error: FastifyError | Error): Problem | null => {
  if (error instanceof Refusal) return error.problem
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === undefined || status >= 500) return null
  if (status === 413) return problem('too_large', error.message)
  return problem(status === 404 ? 'not_found' : 'bad_input', error.message)
}

export const answerFailures = (app: FastifyInstance): void => {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    // A refused upgrade's connection belongs to nobody afterwards and would hold up `close()`.
    if (request.headers.upgrade !== undefined) reply.raw.on('finish', () => request.raw.socket.destroySoon())
    const known = problemOf(error)
    if (known) return reply.code(statusOf(known.code)).send({ problem: known })
    const reference = randomUUID().slice(0, 8)
    request.log.error({ err: error, reference }, 'request failed')
    return reply.code(500).send({ problem: problem('internal_error', `Something went wrong (reference ${reference}).`, { about: reference }) })
  })
  app.setNotFoundHandler((request, reply) => {
    const p = problem('not_found', `There is no ${request.method} ${request.url.split('?')[0]}.`)
    return reply.code(statusOf(p.code)).send({ problem: p })
  })
}
