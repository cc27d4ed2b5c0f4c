/** Where the time of a spawn goes: milliseconds after the acceptance, from what each step left behind. */
import { join } from 'node:path'
import { agentPaths } from '@orchestra/contracts'
import { fileHere, filesIn, logged, startedAt } from '../marks.ts'
import type { Rig } from '../rig.ts'

export const servicesOf = (rig: Rig): Record<string, string> =>
  Object.fromEntries(['orchestrator', 'relay', 'spawner', 'postgres', 'nats'].map((name) => [name, `${rig.install}-${name}-1`]))

export const stepsOf = async (rig: Rig, id: string, accepted: number): Promise<Record<string, number>> => {
  const container = `${rig.install}-s-${id}`
  const record = join(rig.stack.project, '.git/worktrees', id)
  const [files, started, seeded, events] = await Promise.all([
    filesIn(container, {
      'seed written': agentPaths.seed,
      'private gitdir made': `${agentPaths.git}/orchestra-ready`,
      'CLI started': `${agentPaths.home}/.orchestra/start-cli.sh`,
    }),
    startedAt(container),
    logged(container, /agentd: session /),
    rig.sql(`select event, round(extract(epoch from coalesce((data->>'at')::timestamptz, at)) * 1000) from event_log where session = '${id}' and event in ('link', 'session.started', 'cli.started', 'prompt') order by seq`),
  ])
  const marks: Record<string, number> = {
    'worktree added': fileHere(join(record, 'commondir')), 'files written': fileHere(join(record, 'index')), 'container started': started,
    ...(seeded === null ? {} : { 'agentd has the seed': seeded }), ...files,
  }
  for (const row of events.split('\n')) {
    const [name, at] = row.split('|')
    if (name && at) marks[name.trim()] ??= Number(at)
  }
  return Object.fromEntries(Object.entries(marks).map(([name, at]) => [name, at - accepted]))
}
