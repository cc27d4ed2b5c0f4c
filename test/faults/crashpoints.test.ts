/** Every named point of the services belongs to a fault that dies there, and no fault names a point that is not there. */
import { crashable, crashSteps } from '@orchestra/contracts'
import { expect, test } from 'vitest'
import { findFaults } from './frame/find.ts'

/** Points of what no family is about yet, by method; each with the reason. */
const elsewhere: Record<string, string> = {
  'store.effectRetry': 'only after a failure: soak and postgres-restart go through it',
  'store.effectFailed': 'only after giving up',
  'repository.restoreWorktree': 'restore is a command and an effect: crash-delete restores after each of its deaths',
  'repository.applyToCheckout': 'its steps are killed by the unit tests of adapters/git',
  'repository.unapplyFromCheckout': 'as above',
  'runtime.pause': 'changes no file: repeated by its effect',
  'runtime.unpause': 'as above',
  'runtime.rescue': 'reads only',
  'files.clearSeed': 'only at a second start',
}
const stepsElsewhere = new Set(['apply: recorded', 'apply: 1 files'])

test('every crash point is somebody\'s', async () => {
  const named = new Set([...(await findFaults()).keys()].filter((n) => n.startsWith('crash-')).map((n) => n.replace(/^[^/]*\/(undo: )?(orchestrator |spawner |relay |agentd )?/, '')))
  const all = Object.values(crashable).flatMap((ports) => Object.entries(ports).flatMap(([port, methods]) => methods.map((m: string) => `${port}.${m}`)))
  const missed = all.filter((m) => !(m in elsewhere) && !named.has(`before ${m}`) && !named.has(`after ${m}`))
  expect(missed).toEqual([])
  expect(crashSteps.filter((s) => !named.has(s) && !stepsElsewhere.has(s))).toEqual([])
  const there = new Set([...all.flatMap((m) => [`before ${m}`, `after ${m}`]), ...crashSteps])
  expect([...named].filter((n) => !there.has(n))).toEqual([])
})
