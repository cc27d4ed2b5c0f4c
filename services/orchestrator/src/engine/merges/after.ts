/** After a merge: taking it back, and sending back what did not land. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { Problem } from '@orchestra/contracts'
import { resolveText, shortSha, undoMessage } from '../../domain/merges.ts'
import { known } from '../commands/life.ts'
import { background } from '../core.ts'
import type { Core } from '../core.ts'
import { post } from '../deliver.ts'
import type { Handlers } from '../dispatch.ts'
import { showRefs } from '../follow.ts'
import { changeMerge } from './change.ts'
import { follow } from './land.ts'
import type { MergeRow } from '../../domain/rows.ts'

const unknown = (merge: string): Problem => problem('not_found', `There is no merge ${merge}.`, { about: merge, next: 'Look at the list of merges.' })
const logEnd = 6000

const logOf = async (core: Core, m: MergeRow): Promise<string> => {
  const run = m.runId ? await core.store.read.run(m.runId) : null
  if (!run) return ''
  const bytes = await core.files.readLog(run.id, Math.max(0, run.logBytes - logEnd))
  return bytes.toString('utf8').split('\n').slice(-50).join('\n')
}

export const afterCommands: Pick<Handlers, 'merge.undo' | 'merge.resolve'> = {
  'merge.undo': async ({ core, actor, commit }, { merge }) => {
    if (actor.kind !== 'person') return fail(problem('forbidden', 'Only the person can undo a merge.', { about: merge }))
    const m = await core.store.read.merge(merge)
    if (!m) return fail(unknown(merge))
    if (m.status === 'undone' && m.undoSha) return ok({ sha: m.undoSha })
    const session = await core.store.read.session(m.session)
    if (m.status !== 'merged' || !m.mergedSha || !session) return fail(problem('wrong_state', `There is nothing to undo: ${m.statusText}`, { about: merge, next: 'Nothing to do.' }))
    const reverted = await core.repository.revert({ target: m.target, merged: m.mergedSha, message: undoMessage(session, m) })
    if (!reverted.ok) return reverted
    const sha = reverted.value
    const pushCommand = await core.repository.pushCommand(m.target)
    const done = await commit(async (tx, now) => {
      const statusText = `Undone at ${shortSha(sha)}. To have its changes again, revert that commit: git holds the branch for merged.`
      await changeMerge(tx, (await tx.merge(merge)) ?? m, { status: 'undone', statusText, undoSha: sha, pushCommand }, now, actor)
      return ok({ sha })
    })
    background(core, 'following an undo', follow(core))
    return done
  },

  'merge.resolve': async ({ core, actor, commit }, { merge }) => {
    const before = await core.store.read.merge(merge)
    if (!before) return fail(unknown(merge))
    const [run, log] = await Promise.all([before.runId ? core.store.read.run(before.runId) : null, before.status === 'checks_failed' ? logOf(core, before) : ''])
    // What it is asked to merge is there when it reads of it.
    await showRefs(core)
    return commit(async (tx, now) => {
      const m = await tx.merge(merge)
      if (m?.status !== 'conflict' && m?.status !== 'checks_failed') return fail(problem('wrong_state', `There is nothing to resolve: ${m?.statusText ?? ''}`, { about: merge, next: 'Ask for the merge again.' }))
      const session = await known(tx, m.session)
      if (!session.ok) return session
      if (session.value.phase === 'deleted' || session.value.phase === 'deleting') return fail(problem('wrong_state', `${m.session} is deleted.`, { about: m.session, next: 'Restore it first, or resolve it by hand.' }))
      await post(core, tx, now, { kind: 'note', from: actor, to: { kind: 'session', id: m.session }, text: resolveText(m, run, log) })
      const s = await tx.session(m.session)
      if (s) await tx.putSession({ ...s, completedAt: null, lastEventAt: now })
      await tx.putMerge({ ...m, dismissedAt: now, statusText: `${m.statusText} Sent to ${m.session} to resolve.`, updatedAt: now })
      return ok({})
    })
  },
}
