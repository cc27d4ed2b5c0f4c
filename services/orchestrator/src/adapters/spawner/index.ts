/** The engine's `Runtime`, served by the spawner over its UNIX socket. */
import { ContainerFact, EngineFacts, ImageRegistries, ok, SessionId, Sha } from '@orchestra/contracts'
import { z } from 'zod'
import type { Runtime } from '../../ports/runtime.ts'
import { call, open, refusal } from './http.ts'
import { watchFacts } from './watch.ts'

const List = z.object({ containers: z.array(ContainerFact), volumes: z.array(SessionId) })

/** The log of a build can be asked for once the spawner knows the run. */
const followLog = async (socket: string, run: string, onLog: (chunk: Buffer) => void, signal: AbortSignal): Promise<void> => {
  const res = await open(socket, 'GET', `/image/log?run=${run}`, undefined, signal)
  if (!res.ok) return
  if (res.value.statusCode !== 200) {
    res.value.resume()
    return
  }
  for await (const chunk of res.value) onLog(chunk as Buffer)
}

export const createRuntime = ({ socket }: { socket: string }): Runtime => ({
  ensure: (spec) => call(socket, 'ensure', spec, ContainerFact),
  stop: (session, graceSeconds) => call(socket, 'stop', { session, graceSeconds }, ContainerFact),
  pause: (session) => call(socket, 'pause', { session }, ContainerFact),
  unpause: (session) => call(socket, 'unpause', { session }, ContainerFact),
  remove: async (session, volumes) => {
    const done = await call(socket, 'remove', { session, volumes }, z.object({}))
    return done.ok ? ok(undefined) : done
  },
  list: () => call(socket, 'list', {}, List),
  logs: async (session, lines) => {
    const said = await call(socket, 'logs', { session, lines }, z.object({ text: z.string() }))
    return said.ok ? said.value.text : said.problem.message
  },
  registries: (project) => call(socket, 'registries', { project }, ImageRegistries),
  disk: () => call(socket, 'disk', {}, z.object({ sizes: z.array(z.object({ session: SessionId, bytes: z.number() })) })),
  engine: () => call(socket, 'engine', {}, EngineFacts),
  buildImage: async (spec, onLog) => {
    const ended = new AbortController()
    const build = call(socket, 'buildImage', spec, z.object({ image: z.string() }))
    const log = followLog(socket, spec.run, onLog, ended.signal)
    const result = await build
    // A refused build may have had no log at all; one that began ends its log before its reply.
    if (!result.ok && result.problem.code === 'bad_input') ended.abort()
    await log.catch((e: unknown) => { if (!ended.signal.aborted) throw e })
    return result
  },
  rescue: async (spec) => {
    const res = await open(socket, 'POST', '/rescue', spec)
    if (!res.ok) return res
    if (res.value.statusCode !== 200) return refusal(res.value)
    return ok({ tip: Sha.parse(res.value.headers['x-tip']), pack: res.value })
  },
  rescueSnapshot: async (spec) => {
    const res = await open(socket, 'POST', '/rescueSnapshot', spec)
    if (!res.ok) return res
    if (res.value.statusCode !== 200) return refusal(res.value)
    return ok({ sha: Sha.parse(res.value.headers['x-sha']), head: Sha.parse(res.value.headers['x-head']), pack: res.value })
  },
  watch: (onFact) => watchFacts(socket, onFact),
})
