/** kill -9 of each service of the stack while sessions work and people send. */
import type { Service } from '../frame/rig.ts'
import type { Family } from '../frame/fault.ts'

const services: Service[] = ['orchestrator', 'relay', 'spawner', 'nats', 'postgres', 'web']

export const faults: Family = Object.fromEntries(services.map((service) => [service, {
  promise: 'Agents outlive it; what was sent arrives once; what they did meanwhile is known afterwards, once.',
  run: async (rig) => {
    const ids = [await rig.spawn('lives'), await rig.spawn('lives')]
    const started = await Promise.all(ids.map((id) => rig.docker('inspect', '--format', '{{.State.StartedAt}}', rig.container(id))))
    for (const id of ids) await rig.tell(id, `#slow echo ${service} > through.txt && git add through.txt && git commit -qm Through #end`)
    const sends = Promise.all(ids.flatMap((id) => Array.from({ length: 5 }, () => rig.tell(id, `While ${service} dies.`))))
    await rig.kill(service)
    await rig.start(service)
    await rig.healthy(service)
    await sends
    for (const id of ids) await rig.quiet(id)
    for (const [i, id] of ids.entries()) {
      if ((await rig.docker('inspect', '--format', '{{.State.StartedAt}}', rig.container(id))) !== started[i]) throw new Error(`the container of ${id} was restarted`)
      const sha = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
      await rig.until('its commit is imported', 60_000, async () => (await rig.git('rev-parse', id)) === sha)
      await eventsOnce(rig, id)
    }
  },
} satisfies Family[string]]))

/** Each tool call of the conversation has one record of its start and one of its end. */
const eventsOnce = async (rig: Parameters<Family[string]['run']>[0], id: string): Promise<void> => {
  const calls = new Set((await rig.transcript(id)).flatMap((l) => JSON.stringify(l).match(/toolu_[a-z0-9_-]+/g) ?? []))
  await rig.until(`what ${id} did is known, once`, 30_000, async () => {
    const rows = await rig.sql<{ call: string; type: string; n: number }>(
      `select data->>'call' as call, data->>'type' as type, count(*)::int as n from events where session_id = '${id}' and type = 'agent' and data->>'type' like 'tool.%' group by 1, 2`)
    const missing = [...calls].filter((c) => !rows.some((r) => r.call === c && r.type === 'tool.finished'))
    const double = rows.filter((r) => r.n > 1)
    return (missing.length === 0 && double.length === 0) || `missing ${missing.join()}; double ${JSON.stringify(double)}`
  })
}
