/** kill -9 of the orchestrator before and after a session's changes are staged in the person's checkout and taken back, and between the steps. */
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

const points = ['before repository.applyToCheckout', 'apply: recorded', 'apply: 1 files', 'after repository.applyToCheckout', 'before repository.unapplyFromCheckout', 'after repository.unapplyFromCheckout']

export const faults: Family = Object.fromEntries(points.map((point) => [point, {
  promise: 'The changes are in the checkout whole or not at all, what is shown is what is there, and taken back it is as before, the person\'s files untouched.',
  run: async (rig) => {
    const id = await rig.spawn('applied')
    await rig.work(id, `${id}-one.txt`, 'one')
    await rig.work(id, `${id}-two.txt`, 'two', { commit: false })
    await rig.until('both are shown', 60_000, async () => ((await rig.client.read(`/api/sessions/${id}/diff`)) as { files: unknown[] }).files.length === 2)
    const mine = `persons-${id}.txt`
    await rig.stack.shell(`echo mine > ${mine}`, { as: 'owner', deadlineMs: 5000 })
    const looks = async (want: string): Promise<void> => {
      const { output } = await rig.stack.shell(`cat ${id}-one.txt ${id}-two.txt 2>/dev/null || true; echo; cat ${mine}; git status --porcelain`, { as: 'owner', deadlineMs: 10_000 })
      if (output !== want) throw new Error(`the checkout looks so: ${output}`)
      const { appliedToCheckout: applied } = await rig.session(id)
      if (applied !== want.startsWith('one')) throw new Error(`it is shown as ${applied ? 'applied' : 'not applied'}`)
    }
    const there = `onetwo\nmine\nA  ${id}-one.txt\nA  ${id}-two.txt\n?? ${mine}\n`
    const back = `\nmine\n?? ${mine}\n`
    const undoes = point.includes('unapply')
    const early = undoes ? null : await arm(rig, 'orchestrator', point)
    await rig.client.must('session.apply', { session: id as never })
    await early?.reached()
    await looks(there)
    const late = undoes ? await arm(rig, 'orchestrator', point) : null
    await rig.client.must('session.unapply', { session: id as never })
    await late?.reached()
    await looks(back)
    await rig.stack.shell(`rm ${mine}`, { as: 'owner', deadlineMs: 5000 })
  },
} satisfies Family[string]]))
