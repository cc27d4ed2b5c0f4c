/** Plays attacks one after the other and holds the canaries against each. */
import type { Attack, Outcome } from './attack.ts'
import { projectState } from './canary.ts'
import type { Target } from './target.ts'

export type Verdict = { kind: 'held' | 'through' | 'not carried out'; text: string; seconds: number }

const textOf = (e: unknown): string => (e instanceof Error ? `${e.message}${e.name === 'NotCarriedOut' ? '' : `\n${e.stack ?? ''}`}` : String(e))

const stateOf = async (t: Target): Promise<string> => {
  const refs = await t.person.git(t.project, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags', 'refs/remotes')
  const sessions = (await t.person.state()).sessions.flatMap((s) => s.branch ?? [])
  return projectState(t.project, refs.out, new Set(sessions))
}

/** What an attack reached although its own eyes did not see it. */
const tripped = async (t: Target, before: string): Promise<string | null> => {
  const ran = t.canary.ran()
  if (ran !== null) return `a program of the agent ran on the host: ${ran.trim().split('\n')[0] ?? ''}`
  const after = await stateOf(t)
  return after === before ? null : `the project's branches, HEAD, configuration or hooks are not what they were:\n${before}\n→\n${after}`
}

export const play = async (t: Target, attack: Attack): Promise<Verdict> => {
  const since = performance.now()
  const done = (kind: Verdict['kind'], text: string): Verdict => ({ kind, text, seconds: (performance.now() - since) / 1000 })
  t.canary.clear()
  try {
    const before = await stateOf(t)
    const outcome: Outcome = await attack.run(t)
    const seen = await tripped(t, before)
    if (seen !== null) return done('through', seen)
    return 'through' in outcome ? done('through', outcome.through) : done('held', outcome.held)
  } catch (e) {
    const ran = t.canary.ran()
    return ran === null ? done('not carried out', textOf(e)) : done('through', `a program of the agent ran on the host: ${ran.trim().split('\n')[0] ?? ''}`)
  } finally {
    t.canary.clear()
  }
}
