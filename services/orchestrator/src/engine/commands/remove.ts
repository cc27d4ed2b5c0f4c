/** Deletion, which shows first what would go, and restoring. */
import { randomUUID } from 'node:crypto'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result, SessionId } from '@orchestra/contracts'
import type { SessionRow } from '../../domain/rows.ts'
import type { Core } from '../core.ts'
import { must } from '../core.ts'
import type { Handlers } from '../dispatch.ts'
import { fetchLatest, rescueCommits, rescueFiles } from '../import.ts'
import { admit } from '../queue.ts'
import { specOf } from '../start/start.ts'
import { known, startAgain } from './life.ts'

/** Within ten seconds no process of it is left: this, the grace, and what the engine takes. */
const syncWaitMs = 4000
const graceSeconds = 3
/** A person waits for the list of what would go. */
const lookWaitMs = 1500

type Leftovers = { unmergedCommits: number; uncommittedFiles: string[] }

export const leftovers = async (core: Core, row: SessionRow): Promise<Leftovers> => {
  if (!row.tip || !row.target) return { unmergedCommits: 0, uncommittedFiles: [] }
  const target = await core.repository.branchTip(row.target)
  if (!target) return { unmergedCommits: 0, uncommittedFiles: [] }
  const [{ ahead }, diff] = await Promise.all([
    core.repository.aheadBehind(row.tip, target), core.repository.diff({ session: row.id, tip: row.tip, target, version: row.diffVersion, context: 0 }),
  ])
  return { unmergedCommits: ahead, uncommittedFiles: diff.files.filter((f) => f.state !== 'committed').map((f) => f.path) }
}

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`

const leftText = (row: SessionRow, l: Leftovers): string => {
  const parts = [l.unmergedCommits ? `${count(l.unmergedCommits, 'commit')} not merged into ${row.target ?? ''}` : null, l.uncommittedFiles.length ? `${count(l.uncommittedFiles.length, 'file')} not committed` : null].filter((p) => p !== null)
  return parts.length ? `${row.id} has ${parts.join(' and ')}. Its branch ${row.branch ?? ''} and its newest snapshot are kept and can be restored.` : `${row.id} has nothing that is not merged. Its branch ${row.branch ?? ''} is kept.`
}

export const removeCommands: Pick<Handlers, 'session.delete' | 'session.restore'> = {
  'session.delete': async ({ core, actor, commit }, { session, confirmed }) => {
    const found = await known(core.store.read, session)
    if (!found.ok) return found
    const row = found.value
    if (row.role === 'designer') return fail(problem('forbidden', 'The designer can\'t be deleted.', { about: session }))
    if (row.phase === 'deleted' || row.phase === 'deleting') return ok({ deleted: true, unmergedCommits: 0, uncommittedFiles: [], text: `${session} is deleted already.` })
    if (row.phase === 'running' && row.linkUp) await fetchLatest(core, session, lookWaitMs)
    const left = await leftovers(core, (await core.store.read.session(session)) ?? row)
    if (!confirmed) return ok({ deleted: false, ...left, text: leftText(row, left) })
    return commit(async (tx, now) => {
      const s = await tx.session(session)
      if (!s) return fail(problem('session_unknown', `There is no session "${session}".`, { about: session }))
      await tx.putSession({ ...s, phase: 'deleting', lastEventAt: now, lastActivity: 'Being deleted' })
      for (const q of await tx.openQuestions()) {
        if (q.from.kind === 'session' && q.from.id === session) await tx.putMessage({ ...q, state: 'withdrawn', answerText: 'Its session was deleted.', answeredAt: now })
      }
      await tx.event({ type: 'session.deleted', session, actor, data: left })
      await tx.dropEffects(`session:${session}`)
      await tx.effect({ kind: 'session.remove', lane: `session:${session}`, payload: {}, session, actor })
      return ok({ deleted: true, ...left, text: leftText(s, left) })
    })
  },

  'session.restore': async (ctx, { session }) => ctx.commit(async (tx, now) => {
    const row = await known(tx, session)
    if (!row.ok) return row
    const s = row.value
    if (s.phase !== 'deleted') return fail(problem('wrong_state', `${session} is ${s.phase}; only a deleted session can be restored.`, { about: session }))
    const tip = s.tip ?? s.baseSha
    const restored = await restore(ctx.core, s)
    if (!restored.ok) return restored
    // Its container's volumes are gone, and its conversation with them.
    const change: Partial<SessionRow> = { deletedAt: null, conversation: randomUUID(), conversationStarted: false, toldTip: tip, container: null, linkUp: false, completedAt: null, interruptedAt: null }
    await startAgain(ctx, tx, s, { fresh: false, now, event: { type: 'session.restored', session, actor: ctx.actor, data: {} }, change })
    return ok({})
  }),
}

const restore = async (core: Core, s: SessionRow): Promise<Result<void>> => {
  const spec = specOf(s)
  // It was left where it is because its uncommitted files could not be saved.
  if ((await core.repository.worktreeState(s.id, spec.path)) === 'ok') return ok(undefined)
  const snapshot = await core.repository.newestSnapshot(s.id)
  return core.repository.restoreWorktree(spec, snapshot?.sha ?? null)
}

/**
 * Everything that the agent has, here: pushed by it, or for its commits read from its volume. The container is gone first: what is
 * read from volumes has time. False: uncommitted files may be in its worktree only.
 */
export const bringHome = async (core: Core, row: SessionRow): Promise<boolean> => {
  if (row.container === 'paused') await core.runtime.unpause(row.id)
  const complete = row.linkUp && (await fetchLatest(core, row.id, syncWaitMs))
  await core.runtime.stop(row.id, graceSeconds)
  must(await core.runtime.remove(row.id, false))
  if (complete || row.linkAt === null) return true
  await rescueCommits(core, row.id)
  return rescueFiles(core, row.id)
}

/** A worktree whose uncommitted files could not be saved stays on the disk; so does one with an open rebase or merge. */
const removeFiles = async (core: Core, row: SessionRow, saved: boolean): Promise<string | null> => {
  if (!row.worktree || !row.branch || (await core.repository.worktreeState(row.id, row.worktree)) === 'missing') return null
  if (!saved) return `Its uncommitted files could not be read, so its worktree was left at ${row.worktree}.`
  const removed = await core.repository.removeWorktree({ session: row.id, path: row.worktree, branch: row.branch })
  return removed.ok ? null : `Its worktree was left at ${row.worktree}: ${removed.problem.message}`
}

/** Container and volumes go after its work has come back. Performed again from the start after a crash, to the same end. */
export const removeEffect = async (core: Core, id: SessionId): Promise<void> => {
  const row = await core.store.read.session(id)
  if (row?.phase !== 'deleting') return
  const saved = await bringHome(core, row)
  const left = await removeFiles(core, row, saved)
  must(await core.runtime.remove(id, true))
  must(await core.bus.closeSession(id, true))
  await core.files.removeSeed(id)
  await core.commit(async (tx) => {
    const s = await tx.session(id)
    if (!s) return
    const now = await tx.now()
    const problemLeft = left ? problem('wrong_state', left, { about: id, next: 'Save what you need from that folder, then remove it with git worktree remove.' }) : null
    await tx.putSession({ ...s, phase: 'deleted', problem: problemLeft, deletedAt: now, container: 'missing', containerAt: now, linkUp: false, cli: null, lastEventAt: now, lastActivity: left ?? 'Deleted' })
    await admit(core, tx, now)
  })
}
