/** What the page reads, and the two writes that are no commands: the spec's text and the credential. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { MergeId, routes, RunId, SessionId, TimelineEntry } from '@orchestra/contracts'
import type { Engine } from '../ports/engine.ts'
import type { PublicConfig } from './config.ts'
import { parse, unwrap } from './refusal.ts'
import { personOf } from './sign-in.ts'

const Page = z.object({ before: z.coerce.number().int().optional(), limit: z.coerce.number().int().min(1).max(500).default(100) })
const kind = TimelineEntry.shape.kind
const Find = z.object({
  q: z.string().max(200).default(''), session: SessionId.optional(), before: z.string().regex(/^\d+\.\d+$/).optional(), limit: z.coerce.number().int().min(1).max(200).default(50),
  kinds: z.string().max(200).transform((list) => list.split(',')).pipe(z.array(kind)).optional(),
})
const ofSession = z.object({ session: SessionId })
/** A megabyte of text can be four in bytes. */
const specBody = 4 * 1024 * 1024

export const readRoutes = (app: FastifyInstance, engine: Engine, config: PublicConfig): void => {
  const session = (params: unknown) => parse(ofSession, params, 'path').session
  const actor = (request: Parameters<typeof personOf>[0]) => ({ kind: 'person', name: personOf(request).name }) as const

  app.get(routes.health.path, { config: { open: true } }, async () => ({ ok: true, version: config.version }))
  app.get(routes.state.path, async () => (await engine.snapshot()).state)
  app.get(routes.diff.path, async (request) => {
    const { context } = parse(z.object({ context: z.coerce.number().int().min(0).max(1000).default(3) }), request.query, 'query')
    return unwrap(await engine.diff(session(request.params), context))
  })
  app.get(routes.timeline.path, async (request) => engine.timeline(session(request.params), parse(Page, request.query, 'query')))
  app.get(routes.conversation.path, async (request) => engine.conversation(session(request.params), parse(Page, request.query, 'query')))
  app.get(routes.messages.path, async (request) => {
    const { q, ...rest } = parse(Page.extend({ session: SessionId.optional(), q: z.string().max(200).optional() }), request.query, 'query')
    return engine.messages({ ...rest, text: q })
  })
  app.get(routes.disk.path, async () => unwrap(await engine.disk()))
  app.get(routes.search.path, async (request) => {
    const { q, kinds, ...rest } = parse(Find, request.query, 'query')
    return engine.search({ ...rest, text: q, kinds })
  })
  app.get(routes.mergeDiff.path, async (request) => unwrap(await engine.mergeDiff(parse(z.object({ merge: MergeId }), request.params, 'path').merge)))
  app.get(routes.runLog.path, async (request, reply) => {
    const { run } = parse(z.object({ run: RunId }), request.params, 'path')
    reply.type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff')
    return readLog(engine, run)
  })
  app.get(routes.spec.path, async () => engine.readSpec())
  app.put(routes.saveSpec.path, { bodyLimit: specBody }, async (request) => {
    const { text, revision } = parse(routes.saveSpec.body, request.body, 'body')
    return unwrap(await engine.writeSpec(text, revision, actor(request)))
  })
  app.get(routes.credential.path, async () => unwrap(await engine.credential()))
  app.put(routes.saveCredential.path, async (request) => unwrap(await engine.saveCredential(parse(routes.saveCredential.body, request.body, 'body'), actor(request))))
}

/** The log as far as it has grown; at most `limits.logPerRun` bytes, kept by the engine. */
const readLog = async (engine: Engine, run: RunId): Promise<Buffer> => {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const { bytes } = unwrap(await engine.runLog(run, at))
    if (bytes.length === 0) return Buffer.concat(parts)
    parts.push(bytes)
    at += bytes.length
  }
}
