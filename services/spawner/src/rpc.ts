/** HTTP on a UNIX socket that the project's owner alone may open: POST /<verb>, and the streams. */
import { chownSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fail, limits, problem, RunId, spawnerVerbs, statusOf } from '@orchestra/contracts'
import type { Problem, Result } from '@orchestra/contracts'
import { z } from 'zod'
import type { Context } from './context.ts'
import { createLocks } from './locks.ts'
import { isCoverPath } from './hostconfig.ts'
import { isJsonVerb, runVerb } from './verbs/index.ts'
import { rescue, rescueSnapshot } from './verbs/rescue.ts'
import { watch } from './verbs/watch.ts'

const badInput = (e: z.ZodError): Problem => problem('bad_input', `Not understood: ${e.issues.map((i) => `${i.path.join('.') || 'body'}: ${i.message}`).join('; ')}`.slice(0, 2000))

const send = (res: ServerResponse, result: Result<unknown>): void => {
  res.writeHead(result.ok ? 200 : statusOf(result.problem.code), { 'content-type': 'application/json' })
  res.end(JSON.stringify(result.ok ? { ok: true, value: result.value } : { ok: false, problem: result.problem }))
}

const readBody = async (req: IncomingMessage): Promise<Result<unknown>> => {
  let size = 0
  const bounded = async function* () {
    for await (const chunk of req) {
      size += (chunk as Buffer).length
      if (size > limits.httpBody) return
      yield chunk as Buffer
    }
  }
  try {
    const value: unknown = await json(Readable.from(bounded()))
    return { ok: true, value }
  } catch {
    return fail(size > limits.httpBody ? problem('too_large', 'The request is larger than 1 MiB.') : problem('bad_input', 'The body is not JSON.'))
  }
}

const cover = z.object({ covers: z.array(z.string()).optional() })

export const createRpc = (ctx: Context): Server => {
  const locks = createLocks()

  const post = async (verb: string, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readBody(req)
    if (!body.ok) return send(res, body)
    const session = z.object({ session: z.string() }).safeParse(body.value)
    if (verb === 'rescue') {
      const input = spawnerVerbs.rescue.safeParse(body.value)
      if (!input.success) return send(res, fail(badInput(input.error)))
      const saved = await rescue(ctx, input.data)
      if (!saved.ok) return send(res, saved)
      res.writeHead(200, { 'content-type': 'application/octet-stream', 'x-tip': saved.value.tip })
      return pipeline(saved.value.pack, res)
    }
    if (verb === 'rescueSnapshot') {
      const input = spawnerVerbs.rescueSnapshot.safeParse(body.value)
      if (!input.success) return send(res, fail(badInput(input.error)))
      const saved = await rescueSnapshot(ctx, input.data)
      if (!saved.ok) return send(res, saved)
      res.writeHead(200, { 'content-type': 'application/octet-stream', 'x-sha': saved.value.sha, 'x-head': saved.value.head })
      return pipeline(saved.value.pack, res)
    }
    if (!isJsonVerb(verb)) return send(res, fail(problem('not_found', `There is no verb ${verb.slice(0, 60)}.`)))
    const covers = cover.safeParse(body.value)
    const bad = covers.success ? covers.data.covers?.find((path) => !isCoverPath(path)) : undefined
    if (bad !== undefined) return send(res, fail(problem('bad_input', `covers: ${JSON.stringify(bad)} is not a plain path below the worktree`)))
    // Verbs on one session run one after the other: a remove beside an ensure would leave either's half.
    const result = await locks(session.success ? session.data.session : null, () => runVerb(ctx, verb, body.value))
    send(res, result instanceof z.ZodError ? fail(badInput(result)) : result)
  }

  const watchFacts = async (res: ServerResponse): Promise<void> => {
    const watching = await watch(ctx)
    if (!watching.ok) return send(res, watching)
    res.on('close', () => watching.value.source.destroy())
    res.writeHead(200, { 'content-type': 'application/x-ndjson' })
    res.flushHeaders()
    for await (const fact of watching.value.facts) res.write(`${JSON.stringify(fact)}\n`)
    res.end()
  }

  /** The whole log so far, then as it grows, until the build has ended; asked for early, it waits for the build to begin. */
  const buildLog = (run: string | null, res: ServerResponse): void => {
    const id = RunId.safeParse(run)
    if (!id.success) return send(res, fail(badInput(id.error)))
    const log = ctx.builds.of(id.data)
    res.writeHead(200, { 'content-type': 'application/octet-stream' })
    let next = 0
    const tell = () => {
      while (next < log.chunks.length) res.write(log.chunks[next++])
      if (log.ended) res.end()
    }
    log.listeners.add(tell)
    res.on('close', () => log.listeners.delete(tell))
    tell()
  }

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', 'http://spawner')
    const verb = url.pathname.slice(1)
    if (req.method === 'POST') return post(verb, req, res)
    if (req.method === 'GET' && verb === 'watch') return watchFacts(res)
    if (req.method === 'GET' && verb === 'image/log') return buildLog(url.searchParams.get('run'), res)
    send(res, fail(problem('not_found', 'There is no such call.')))
  }

  return createServer((req, res) => {
    handle(req, res).catch((e: unknown) => {
      if (res.destroyed) return
      console.error(`spawner: ${req.method} ${req.url} failed`, e)
      if (res.headersSent) res.destroy()
      else send(res, fail(problem('engine_failed', 'The spawner met a fault of its own.', { detail: e instanceof Error ? e.message : String(e), next: 'Look at `./orchestra logs spawner`, then try again.' })))
    })
  })
}

/** Listens with a socket that only `owner` (and root) may open. A socket left by an earlier process is replaced. */
export const listenAs = async (server: Server, path: string, owner: { uid: number; gid: number }): Promise<void> => {
  rmSync(path, { force: true })
  const umask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(umask)
  }
  chownSync(path, owner.uid, owner.gid)
}
