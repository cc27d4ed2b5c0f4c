/** What most attacks of this family do: a program in the work tree, a commit that goes over, a person who uses git. */
import { need } from '../frame/attack.ts'
import type { Outcome } from '../frame/attack.ts'
import type { Agent, Push } from '../frame/agent.ts'
import type { Target } from '../frame/target.ts'

/** Puts the marking program into a clean work tree; its path on the host. */
export const plant = async (t: Target, evil: Agent, name = 'evil.sh'): Promise<string> => {
  await evil.clean()
  await evil.sh(`cat >'${name}' <<'END'\n${t.canary.script}END\nchmod +x '${name}'`)
  return `${evil.worktree}/${name}`
}

/** git as the agent would call it where its own traps must not catch itself. */
export const quietGit = 'git -c core.fsmonitor= -c core.hooksPath=/dev/null -c commit.gpgSign=false -c filter.x.clean= -c filter.x.process= -c filter.x.required=false -c core.protectHFS=false -c core.protectNTFS=false'

export const commit = (evil: Agent, message: string): Promise<string> => evil.sh(`${quietGit} add -A && ${quietGit} commit -q --allow-empty -m '${message}'`)

/** Commits, pushes, lets the person work; the canary speaks for itself. */
export const live = async (t: Target, evil: Agent, message: string): Promise<Outcome> => {
  await commit(evil, message)
  const pushed = await evil.push()
  need(pushed.accepted, `the commit was not taken, so the person never met it: ${JSON.stringify(pushed)}`)
  const commands = await t.person.everyday(evil.worktree, evil.branch)
  await evil.clean()
  return { held: `the commit was imported; ${commands} git commands of the person started nothing of the agent's` }
}

export const rejected = (what: string, pushed: Push): Outcome | null => (pushed.accepted ? { through: `${what} was taken: ${JSON.stringify(pushed)}` } : null)
