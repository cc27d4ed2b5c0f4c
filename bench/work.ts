/** Processor time of containers, from the engine: what a step costs where the clock on the wall is too noisy to tell. */
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

const Stats = z.object({ cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }) })
const socketPath = process.env['DOCKER_HOST']?.startsWith('unix://') ? process.env['DOCKER_HOST'].slice(7) : '/var/run/docker.sock'

const usedBy = (container: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const req = request({ socketPath, path: `/containers/${container}/stats?stream=false&one-shot=true` }, (res) => {
      json(res).then((body) => Stats.parse(body).cpu_stats.cpu_usage.total_usage / 1e6).then(resolve, reject)
    })
    req.once('error', reject).end()
  })

/** Milliseconds of processor time since each container's start, by the short name it is asked under. */
export const processorTime = async (containers: Record<string, string>): Promise<Record<string, number>> =>
  Object.fromEntries(await Promise.all(Object.entries(containers).map(async ([name, container]): Promise<[string, number]> => [name, await usedBy(container)])))

export const between = (before: Record<string, number>, after: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]))
