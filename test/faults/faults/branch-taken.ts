/** #11: the branch that a session would have is there already, or checked out elsewhere. */
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'The session gets the nearest free name; the branch that was there stays where it was.',
  run: async (rig) => {
    const name = rig.fresh('persons-branch')
    await rig.stack.shell(`git branch '${name}' main; git worktree add -q ../elsewhere-${name} '${name}'; cd ../elsewhere-${name}; echo mine > mine.txt; git add -A; git commit -qm Mine`, { as: 'owner', deadlineMs: 20_000 })
    const before = await rig.git('rev-parse', name)
    const made = await rig.client.must('session.spawn', { name, instructions: 'Wait for what you are told.' })
    await rig.quiet(made.session)
    if (made.branch === name) throw new Error('the session took a branch that was there')
    await rig.work(made.session, 'theirs.txt', 'of the session')
    if ((await rig.git('rev-parse', name)) !== before) throw new Error('the branch that was there moved')
    await rig.client.must('session.delete', { session: made.session, confirmed: true })
    await rig.git('worktree', 'remove', '--force', `../elsewhere-${name}`)
  },
}
