/** A session with one commit of its own, and the person's question about merging it. */
import type { MergeView } from '@orchestra/contracts'
import { need } from '../frame/attack.ts'
import type { Agent } from '../frame/agent.ts'
import type { Target } from '../frame/target.ts'
import { untilHolds } from '../../e2e/shell.ts'

export const commitAndPush = async (agent: Agent, file: string, text: string): Promise<string> => {
  const tip = await agent.sh(`mkdir -p "$(dirname '${file}')"; printf '%s\\n' '${text}' >'${file}'; git add '${file}'; git commit -q --allow-empty -m 'Change ${file}'; git rev-parse HEAD`)
  const pushed = await agent.push()
  // agentd may have been quicker with the same commit.
  need(pushed.accepted || pushed.tip === tip, `the commit was not taken: ${pushed.reason}`)
  return tip
}

export const merge = async (t: Target, id: string): Promise<MergeView> => {
  const found = (await t.person.state()).merges.find((m) => m.id === id)
  need(found !== undefined, `there is no merge ${id}`)
  return found
}

export const request = async (t: Target, agent: Agent): Promise<MergeView> => {
  const { merge: id } = await t.person.command('merge.request', { session: agent.session })
  return merge(t, id)
}

const over = new Set(['merged', 'conflict', 'checks_failed', 'refused', 'cancelled', 'undone'])
export const untilOver = async (t: Target, id: string, deadlineMs = 120_000): Promise<MergeView> => {
  await untilHolds(deadlineMs, async () => { const m = await merge(t, id); return over.has(m.status) ? null : `the merge is ${m.status}: ${m.statusText}` })
  return merge(t, id)
}

/** The project's branches as they were, whatever an attack merged by the person's yes. */
export const backTo = async (t: Target, main: string): Promise<void> => { await t.person.git(t.project, 'reset', '-q', '--hard', main) }
export const mainOf = async (t: Target): Promise<string> => (await t.person.git(t.project, 'rev-parse', 'main')).out.trim()
