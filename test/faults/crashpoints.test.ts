/** Every named point of the services belongs to a fault that dies there, and no fault names a point that is not there. */
import { crashable, crashSteps } from '@orchestra/contracts'
import { expect, test } from 'vitest'
import { findFaults } from './frame/find.ts'

test('every crash point is somebody\'s', async () => {
  const named = new Set([...(await findFaults()).keys()].filter((n) => n.startsWith('crash-')).map((n) => n.replace(/^[^/]*\/(undo: )?(orchestrator |spawner |relay |agentd )?/, '')))
  const all = Object.values(crashable).flatMap((ports) => Object.entries(ports).flatMap(([port, methods]) => methods.map((m: string) => `${port}.${m}`)))
  const missed = all.filter((m) => !named.has(`before ${m}`) && !named.has(`after ${m}`))
  expect(missed).toEqual([])
  expect(crashSteps.filter((s) => !named.has(s))).toEqual([])
  const there = new Set([...all.flatMap((m) => [`before ${m}`, `after ${m}`]), ...crashSteps])
  expect([...named].filter((n) => !there.has(n))).toEqual([])
})
