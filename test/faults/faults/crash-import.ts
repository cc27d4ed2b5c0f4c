/** kill -9 of the orchestrator before and after each side effect of an import of commits, and between its steps. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

const points = [
  'before repository.importCommits', 'import: before the index', 'import: before the branch', 'after repository.importCommits',
  'before repository.importSnapshot', 'after repository.importSnapshot',
]
const quick = new Set(['import: before the index'])

export const faults: Family = Object.fromEntries(points.map((point) => [point, {
  promise: 'The branch is where it was or where it should be, the work tree is untouched, and the commit arrives.',
  quick: quick.has(point),
  run: async (rig) => {
    const id = await rig.spawn('importing')
    await rig.work(id, 'first.txt', 'before the fault')
    const death = await arm(rig, 'orchestrator', point)
    await rig.work(id, 'second.txt', `through ${point}`)
    await death.reached()
    await rig.healthy('orchestrator')
    const head = await rig.inside(id, 'cd /workspace && git rev-parse HEAD')
    await rig.until('the branch has the commit', 90_000, async () => (await rig.git('rev-parse', id)) === head)
    const status = await rig.stack.shell(`cd '${rig.worktree(id)}' && git status --porcelain`, { as: 'owner', deadlineMs: 20_000 })
    if (status.output.trim() !== '') throw new Error(`git status in the worktree on the host says: ${status.output}`)
    await rig.client.must('session.delete', { session: id as never, confirmed: true })
  },
}]))
