/** A merge from its request to the person's yes, bound to the commits that the page shows. */
import type { MergeId, SessionId } from '@orchestra/contracts'
import type { Rig } from './rig.ts'

export const requested = async (rig: Rig, session: string): Promise<MergeId> => {
  await rig.until(`the commit of ${session} is imported`, 60_000, async () => {
    const head = await rig.inside(session, 'cd /workspace && git rev-parse HEAD')
    return (await rig.session(session)).tip === head
  })
  return (await rig.client.must('merge.request', { session: session as SessionId })).merge
}

/** Says yes to what is shown; what moved meanwhile is looked at again, as a person would. */
export const approved = async (rig: Rig, merge: MergeId): Promise<void> => {
  for (let tries = 0; tries < 10; tries += 1) {
    const shown = (await rig.client.state()).merges.find((m) => m.id === merge)
    if (!shown) throw new Error(`merge ${merge} is not shown`)
    const said = await rig.client.command('merge.approve', { merge, tip: shown.tip, targetSha: shown.targetSha })
    if (said.ok) return
    if (said.problem.code !== 'merge_moved') throw new Error(`${said.problem.code}: ${said.problem.message}`)
  }
  throw new Error(`merge ${merge} kept moving`)
}
