/** Deletion, which shows first what would go, and restoring. */
import { randomUUID } from 'node:crypto'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Result, SessionId } from '@orchestra/contracts'
import { setTimeout as pause } from 'node:timers/promises'
import type { SessionRow } from '../../domain/rows.ts'
import type { Core } from '../core.ts'
import { must, system } from '../core.ts'
import type { Handlers } from '../dispatch.ts'
import { admit } from '../queue.ts'
import { specOf } from '../start/start.ts'
import { known, startAgain } from './life.ts'

const syncWaitMs = 3000

/** Asks the agent for what it has not pushed yet and waits, not for long, until something came or it is clear that nothing comes. */
const fetchLatest = async (core: Core, row: SessionRow): Promise<void> => {
  if (!row.linkUp || row.phase !== 'running') return
  const asked = await core.bus.control(row.id, { type: 'sync' })
  if (!asked.ok) return
  const arrived = new Promise<void>((resolve) => {
    const stop = core.feed.onTouched(row.id, () => { stop(); resolve() })
    setTimeout(() => { stop(); resolve() }, syncWaitMs).unref()
  })
  await Promise.race([arrived, pause(600)])
}

type Leftovers = { unmergedCommits: number; uncommittedFiles: string[] }

const leftovers = async (core: Core, row: SessionRow): Promise<Leftovers> => {
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
    await fetchLatest(core, row)
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
  const snapshot = await core.repository.newestSnapshot(s.id)
  return core.repository.restoreWorktree(specOf(s), snapshot?.sha ?? null)
}

/** The container may only go when its work has come back; what can't be removed without loss stays, and says why. */
export const removeEffect = async (core: Core, id: SessionId): Promise<void> => {
  const row = await core.store.read.session(id)
  if (row?.phase !== 'deleting') return
  if (row.container === 'paused') await core.runtime.unpause(id)
  await fetchLatest(core, { ...row, phase: 'running' })
  // agentd pushes what is left when it is asked to end.
  await core.runtime.stop(id)
  if (row.worktree && row.branch && row.toldTip) {
    const removed = await core.repository.removeWorktree({ session: id, path: row.worktree, branch: row.branch })
    if (!removed.ok) {
      await core.commit(async (tx) => {
        const s = await tx.session(id)
        if (!s) return
        const now = await tx.now()
        await tx.putSession({ ...s, phase: 'failed', problem: removed.problem, lastEventAt: now })
        await tx.event({ type: 'session.failed', session: id, actor: system('delete'), data: { step: null, problem: removed.problem } })
        await admit(core, tx, now)
      })
      return
    }
  }
  must(await core.runtime.remove(id, true))
  must(await core.bus.closeSession(id, true))
  await core.files.removeSeed(id)
  await core.commit(async (tx) => {
    const s = await tx.session(id)
    if (!s) return
    const now = await tx.now()
    await tx.putSession({ ...s, phase: 'deleted', deletedAt: now, container: 'missing', containerAt: now, linkUp: false, cli: null, lastEventAt: now, lastActivity: 'Deleted' })
    await admit(core, tx, now)
  })
}
