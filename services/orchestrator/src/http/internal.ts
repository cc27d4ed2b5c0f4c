/** The relay's door: packs and logs of agents as streams. Never published; a bearer token all the same. */
import type { Readable } from 'node:stream'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { internal, limits, link, problem, RunId, SessionId } from '@orchestra/contracts'
import type { Engine } from '../ports/engine.ts'
import { answerFailures, parse, Refusal, unwrap } from './refusal.ts'
import { sameSecret } from './sign-in.ts'

export const buildInternal = async (parts: { engine: Engine; token: string; logLevel?: string }): Promise<FastifyInstance> => {
  const { engine, token } = parts
  const app = Fastify({ logger: parts.logLevel ? { level: parts.logLevel } : false, forceCloseConnections: true, bodyLimit: limits.pack })
  answerFailures(app)
  // Bodies are handed on as they come: a pack can be hundreds of megabytes, a log lasts as long as its run.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.addHook('onRequest', async (request) => {
    if (!sameSecret(request.headers.authorization ?? '', `Bearer ${token}`)) throw new Refusal(problem('forbidden', 'This door takes the internal token only.'))
  })

  app.post(internal.pack(':session'), async (request) => {
    const { session } = parse(z.object({ session: SessionId }), request.params, 'path')
    const headers = parse(link.PushHeaders, request.headers, 'headers')
    return engine.receivePack(session, headers['x-kind'], headers['x-sha'], headers['x-head'], bodyOf(request.body))
  })
  app.get(internal.disk, async () => unwrap(await engine.disk()))
  app.post(internal.log(':session', ':run'), async (request) => {
    const { session, run } = parse(z.object({ session: SessionId, run: RunId }), request.params, 'path')
    await engine.receiveLog(session, run, bodyOf(request.body))
    return {}
  })
  return app
}

const bodyOf = (body: unknown): Readable => {
  if (!body) throw new Refusal(problem('bad_input', 'A body is missing.', { about: 'body' }))
  return body as Readable
}
