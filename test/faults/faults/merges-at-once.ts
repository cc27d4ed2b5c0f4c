/** #13: twenty pages say yes to one merge, and yes to several merges, in the same moment. */
import type { Fault } from '../frame/fault.ts'
import { approved, requested } from '../frame/merging.ts'

export const fault: Fault = {
  promise: 'Each merge lands once; the others are told why not.',
  run: async (rig) => {
    await rig.client.must('settings.save', { checkCommand: null })
    const ids = await Promise.all(['one', 'two', 'three'].map((n) => rig.spawn(`at-once-${n}`)))
    for (const id of ids) await rig.work(id, `${id}.txt`, id)
    const merges = await Promise.all(ids.map((id) => requested(rig, id)))
    const first = (await rig.client.state()).merges.find((m) => m.id === merges[0])
    if (!first) throw new Error('the request is not shown')
    const said = await Promise.all(Array.from({ length: 20 }, () => rig.client.command('merge.approve', { merge: first.id, tip: first.tip, targetSha: first.targetSha })))
    const yes = said.filter((r) => r.ok).length
    const other = said.flatMap((r) => (r.ok ? [] : [r.problem.code])).filter((c) => c !== 'wrong_state' && c !== 'merge_moved')
    if (yes !== 1 || other.length > 0) throw new Error(`${yes} of 20 were accepted; ${other.join()}`)
    await Promise.all(merges.slice(1).map((m) => approved(rig, m)))
    await rig.until('all are merged', 120_000, async () => {
      const rows = await rig.sql<{ status: string; status_text: string }>(`select status, status_text from merges where id in (${merges.map((m) => `'${m}'`).join()})`)
      return rows.every((r) => r.status === 'merged') || JSON.stringify(rows)
    })
  },
}
