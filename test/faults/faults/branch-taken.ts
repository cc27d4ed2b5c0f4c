/** #11: the branch that a session would have is there already, or checked out elsewhere. */
import { dirname, join } from 'node:path'
import type { Fault } from '../frame/fault.ts'

export const fault: Fault = {
  promise: 'The session gets the nearest free name; the branch that was there stays where it was.',
  run: async (rig) => {
    const name = rig.fresh('persons-branch')
    const elsewhere = join(dirname(rig.stack.home), `elsewhere-${name}`)
    const made = await rig.stack.shell(`git branch '${name}' main; git worktree add -q '${elsewhere}' '${name}'; cd '${elsewhere}'; echo mine > mine.txt; git add -A; git commit -qm Mine`, { as: 'owner', deadlineMs: 20_000 })
    if (made.code !== 0) throw new Error(`the person's own branch: ${made.output}`)
    const before = await rig.git('rev-parse', name)
    const taken = await rig.client.must('session.spawn', { name, instructions: 'Wait for what you are told.' })
    await rig.quiet(taken.session)
    if (taken.branch === name) throw new Error('the session took a branch that was there')
    await rig.work(taken.session, 'theirs.txt', 'of the session')
    if ((await rig.git('rev-parse', name)) !== before) throw new Error('the branch that was there moved')
    await rig.client.must('session.delete', { session: taken.session, confirmed: true })
    await rig.git('worktree', 'remove', '--force', elsewhere)
  },
}
