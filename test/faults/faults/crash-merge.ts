/** kill -9 of the orchestrator before and after each side effect of a merge, its check included, and between the steps of the landing. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'
import { approved, requested } from '../frame/merging.ts'

const points = [
  'after engine.dispatch', 'before files.clearCheck', 'after files.clearCheck', 'before repository.exportTree', 'after repository.exportTree', 'after bus.openSession', 'after files.writeSeed',
  'before runtime.ensure', 'after runtime.ensure', 'before runtime.remove', 'after runtime.remove', 'after bus.closeSession', 'after files.removeSeed',
  'before repository.landMerge', 'move: journal written', 'move: 1 files', 'move: before the index', 'move: before the branch', 'move: before the journal ends', 'after repository.landMerge',
  'before store.effectDone', 'after store.effectDone',
]

export const faults: Family = {
  ...Object.fromEntries(points.map((point) => [point, {
    promise: 'The merge lands once, checked; the checkout is as git has it; nothing of the check is left.',
    run: async (rig) => {
      await rig.client.must('settings.save', { checkCommand: 'test -e README.md' })
      const id = await rig.spawn('merging')
      await rig.work(id, `${id}.txt`, `merged ${point}`)
      await rig.quiet(id)
      const merge = await requested(rig, id)
      const death = await arm(rig, 'orchestrator', point)
      await approved(rig, merge)
      await death.reached()
      await rig.healthy('orchestrator')
      await rig.until('the merge lands', 90_000, async () => {
        const [row] = await rig.sql<{ status: string; status_text: string }>(`select status, status_text from merges where id = '${merge}'`)
        return row?.status === 'merged' || `${row?.status}: ${row?.status_text}`
      })
      const shown = await rig.git('show', `main:${id}.txt`)
      if (shown !== `merged ${point}`) throw new Error(`main has ${shown} in ${id}.txt`)
      const checkout = await rig.stack.shell(`cat ${id}.txt`, { as: 'owner', deadlineMs: 5000 })
      if (checkout.output !== `merged ${point}`) throw new Error(`the checkout has ${checkout.output} in ${id}.txt`)
      await rig.client.must('session.delete', { session: id as never, confirmed: true })
    },
  } satisfies Family[string]])),
  ...Object.fromEntries(['before repository.revert', 'after repository.revert'].map((point) => [`undo: ${point}`, {
    promise: 'A merge that is taken back is taken back once.',
    run: async (rig) => {
      const id = await rig.spawn('undoing')
      await rig.work(id, `${id}.txt`, 'merged and undone')
      await rig.quiet(id)
      const merge = await requested(rig, id)
      await approved(rig, merge)
      await rig.until('the merge lands', 90_000, async () => (await rig.sql<{ status: string }>(`select status from merges where id = '${merge}'`))[0]?.status === 'merged')
      const death = await arm(rig, 'orchestrator', point)
      await rig.client.must('merge.undo', { merge: merge as never })
      await death.reached()
      await rig.client.must('session.delete', { session: id as never, confirmed: true })
    },
  } satisfies Family[string]])),
}
