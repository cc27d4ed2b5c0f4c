/** Without the layout, and without the copy of the person's hooks. */
import { chownSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Proof } from '../frame/attack.ts'
import { need } from '../frame/attack.ts'
import { agentIn } from '../frame/agent.ts'
import { docker } from '../frame/program.ts'
import type { Target } from '../frame/target.ts'

type Open = { project: string; worktree: string; container: string; close: () => Promise<void> }
/** A clone of the project with a worktree, and a container of the agents' image that has both writable; `beside`: the clone stands there, too. */
const openLayout = async (t: Target, beside?: string): Promise<Open> => {
  const base = join(dirname(t.project), 'shared')
  const [project, worktree, container] = [join(base, 'project'), join(base, 'worktree'), `${t.install}-unguarded-git`]
  rmSync(base, { recursive: true, force: true })
  mkdirSync(base)
  if (t.owner !== null) chownSync(base, t.owner.uid, t.owner.gid)
  const made = await t.person.sh('/', `set -e; git clone -q ${t.project} ${project}; cd ${project}; git config user.name Ada; git config user.email ada@example.com; git worktree add -q -b shared ${worktree}; git update-ref refs/orchestra/base HEAD`)
  need(made.code === 0, `the unguarded layout could not be made: ${made.err}`)
  const { uid, gid } = statSync(project)
  const ran = await docker(['run', '-d', '--init', '--name', container, '--network', 'none', '-u', `${uid}:${gid}`, '-v', `${base}:${base}`, ...(beside === undefined ? [] : ['-v', `${project}:${beside}`]), '--entrypoint', 'sleep', t.agentImage, '600'])
  need(ran.code === 0, `the unguarded container did not start: ${ran.err}`)
  return { project, worktree, container, close: async () => { await docker(['rm', '-f', container]) } }
}

/** The layout that most tools have: a worktree of the person's repository whose .git is mounted writable into the container. */
const oneGitdir: Proof = {
  off: 'with one gitdir for both sides, mounted writable',
  attacks: ['config-programs', 'hooks', 'commondir', 'attributes', 'gitfile-replaced'],
  target: async (t) => {
    const { project, worktree, container, close } = await openLayout(t)
    const agent = agentIn({ session: 'shared', branch: 'shared', container, worktree, workdir: worktree, gitDir: join(project, '.git/worktrees/worktree'), common: join(project, '.git') })
    return { target: { ...t, project, agent: async () => ({ ...agent, push: async () => ({ status: 200, accepted: true, tip: null, reason: '' }) }) }, close }
  },
}

/** A paired session that has the checkout, and not the mirror of it. */
const checkoutItself: Proof = {
  off: "with the person's checkout itself beside the worktree",
  attacks: ['paired'],
  target: async (t) => {
    const { session, branch } = await t.agent('paired')
    const { project, worktree, container, close } = await openLayout(t, '/source')
    const agent = agentIn({ session, branch, container, worktree, workdir: worktree, gitDir: join(project, '.git/worktrees/worktree'), common: join(project, '.git') })
    return { target: { ...t, project, agent: async () => agent }, close }
  },
}

/** An ordinary session, but its worktree's hooks are what the project's configuration says: those in the tree. */
const hooksOfTheTree: Proof = {
  off: 'with the copy of the person\'s hooks taken away from the worktree',
  attacks: ['hooks-in-the-tree'],
  target: async (among) => {
    // What the attacks before it committed in their session would be refused with what this one commits.
    const t = among.anew()
    const evil = await t.agent()
    const hooks = (...args: string[]) => t.person.git(evil.worktree, 'config', '--worktree', ...args, 'core.hooksPath')
    const copy = (await hooks('--get')).out.trim()
    need(copy.endsWith('orchestra-hooks/_'), `the worktree has no copy of the hooks: ${copy}`)
    need((await hooks('--unset')).code === 0, 'the copy could not be taken away')
    const close = async (): Promise<void> => { need((await t.person.git(evil.worktree, 'config', '--worktree', 'core.hooksPath', copy)).code === 0, 'the copy could not be given back') }
    return { target: t, close }
  },
}
export default [oneGitdir, checkoutItself, hooksOfTheTree]
