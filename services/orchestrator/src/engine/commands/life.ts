/** Interrupt, pause, continue, restart, retry, pairing. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { Problem, Result, SessionId } from '@orchestra/contracts'
import type { NewEvent, SessionRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import { usedUp } from '../allowance.ts'
import { must } from '../core.ts'
import type { Core } from '../core.ts'
import { post } from '../deliver.ts'
import type { Ctx, Handlers } from '../dispatch.ts'
import { pauseIn } from '../pause.ts'
import { fullReason, places } from '../queue.ts'

type Life = Pick<Handlers, 'session.interrupt' | 'session.pause' | 'session.continue' | 'session.restart' | 'session.retry' | 'session.pair' | 'sessions.stopAll' | 'sessions.resume'>

export const known = async (tx: Pick<Tx, 'session'>, id: SessionId): Promise<Result<SessionRow>> => {
  const row = await tx.session(id)
  return row && row.role !== 'check' ? ok(row) : fail(problem('session_unknown', `There is no session "${id}".`, { about: id }))
}

/** What it does would be cut off now. */
export const inTurn = (s: SessionRow): boolean => s.linkUp && (s.cli === 'busy' || s.cli === 'dialog')

/** It has no container and waits for a person. */
const isAway = (s: SessionRow): boolean => s.phase === 'interrupted' || s.phase === 'archived'

const wrong = (row: SessionRow, wanted: string): Problem => problem('wrong_state', `${row.id} is ${row.phase}; ${wanted}.`, { about: row.id })

/** Back to starting, or into the queue when its place was given away meanwhile. `fresh` stops a container that still runs first. */
export const startAgain = async (ctx: Pick<Ctx, 'core' | 'actor'>, tx: Tx, row: SessionRow, how: { fresh: boolean; replace?: boolean; now: string; event: NewEvent; change?: Partial<SessionRow> }): Promise<void> => {
  const { max, used } = await places(ctx.core, tx)
  const holds = row.phase === 'starting' || row.phase === 'running' || row.phase === 'paused'
  const queued = row.role === 'executor' && !holds && used >= max
  const fresh: Partial<SessionRow> = { phase: queued ? 'queued' : 'starting', queueReason: queued ? fullReason(max) : null, pausedBy: null, pausedText: null, startStep: 'branch', problem: null, cli: null, dialog: null, setup: 'none', renewWhenIdle: false }
  await tx.putSession({ ...row, ...fresh, lastEventAt: how.now, ...how.change })
  await tx.event(how.event)
  if (!queued) await tx.effect({ kind: 'session.start', lane: `session:${row.id}`, payload: { fresh: how.fresh, replace: how.replace ?? false }, session: row.id, actor: ctx.actor })
}

export const lifeCommands: Life = {
  // At once, not as an effect: a person who stops a turn must hear when nobody could be told.
  'session.interrupt': async ({ core, actor, commit }, { session }) => {
    const row = await known(core.store.read, session)
    if (!row.ok) return row
    if (row.value.phase !== 'running') return fail(wrong(row.value, 'only a running session has a turn to interrupt'))
    const told = await core.bus.control(session, { type: 'interrupt' })
    if (!told.ok) return told
    return commit(async (tx, now) => {
      const s = await tx.session(session)
      if (s) await tx.putSession({ ...s, interruptedAt: now, lastEventAt: now })
      await tx.event({ type: 'session.interrupted', session, actor, data: {} })
      return ok({})
    })
  },

  // Frozen as it stands: a turn in mid-flight goes on where it was. What the model endpoint already began is paid for.
  'session.pause': (ctx, { session }) => ctx.commit(async (tx, now) => {
    const row = await known(tx, session)
    if (!row.ok) return row
    // What something else has paused is the person's from now on: it does not go on by itself.
    if (row.value.phase === 'paused') { await tx.putSession({ ...row.value, pausedBy: 'person', pausedText: null }); return ok({}) }
    if (row.value.phase !== 'running') return fail(wrong(row.value, 'only a running session can be paused'))
    await pauseIn(tx, row.value, { by: 'person', text: null, actor: ctx.actor, now })
    return ok({})
  }),

  'session.continue': (ctx, { session, text }) => ctx.commit(async (tx, now) => {
    const row = await known(tx, session)
    if (!row.ok) return row
    const s = row.value
    if (s.phase !== 'paused' && s.phase !== 'running' && !isAway(s)) return fail(wrong(s, 'only a paused, interrupted, archived or running session can continue'))
    if (s.pausedBy === 'budget') {
      const used = await usedUp(ctx.core, tx, s)
      if (used !== null) return fail(problem('wrong_state', `The budget of ${session} is used up (${used}).`, { about: session, next: 'Give it more in its header or in Settings; it then goes on by itself.' }))
    }
    const gone = s.container === 'exited' || s.container === 'missing'
    if (s.phase === 'paused' && s.pausedBy === 'gitfile') return fail(problem('wrong_state', `${session} is paused because its worktree is not as git left it.`, { about: session, next: 'Rebuild it: files that are there stay, its conversation too.' }))
    if (isAway(s) || (s.phase === 'paused' && gone)) {
      await startAgain(ctx, tx, s, { fresh: false, now, event: { type: 'session.restarted', session, actor: ctx.actor, data: { why: 'continued' } } })
    } else if (s.phase === 'paused') {
      await tx.putSession({ ...s, phase: 'running', pausedBy: null, pausedText: null, lastEventAt: now })
      await tx.effect({ kind: 'session.unpause', lane: `session:${session}`, payload: {}, session, actor: ctx.actor })
    }
    await tx.event({ type: 'session.continued', session, actor: ctx.actor, data: { text: text ?? null } })
    // One that was cut off in its work is told by its own container.
    const words = text ?? (s.phase === 'running' || (s.phase === 'paused' && s.interruptedAt) ? 'Go on.' : null)
    if (words !== null) await post(ctx.core, tx, now, { kind: 'note', from: ctx.actor, to: { kind: 'session', id: session }, text: words })
    return ok({})
  }),

  'session.restart': (ctx, { session }) => ctx.commit(async (tx, now) => {
    const row = await known(tx, session)
    if (!row.ok) return row
    if (['deleted', 'deleting', 'queued', 'archiving'].includes(row.value.phase)) return fail(wrong(row.value, 'it can\'t be restarted'))
    await startAgain(ctx, tx, row.value, { fresh: true, now, event: { type: 'session.restarted', session, actor: ctx.actor, data: { why: 'asked for' } } })
    return ok({})
  }),

  'session.retry': (ctx, { session }) => ctx.commit(async (tx, now) => {
    const row = await known(tx, session)
    if (!row.ok) return row
    if (row.value.phase !== 'failed') return fail(wrong(row.value, 'only a failed start can be tried again'))
    await startAgain(ctx, tx, row.value, { fresh: true, now, event: { type: 'session.restarted', session, actor: ctx.actor, data: { why: 'retried' } } })
    return ok({})
  }),

  // Mounts can't change on a running container: a new one with the same volumes, the conversation resumed.
  'session.pair': (ctx, { session, paired }) => ctx.commit(async (tx, now) => {
    const row = await known(tx, session)
    if (!row.ok) return row
    const s = row.value
    if (s.role === 'designer') return fail(problem('bad_input', 'The designer reads the project already; pairing is for executors.', { about: session }))
    if (s.phase === 'deleted' || s.phase === 'deleting') return fail(wrong(s, 'it can\'t be paired'))
    if (s.paired === paired) return ok({})
    const event: NewEvent = { type: 'session.paired', session, actor: ctx.actor, data: { paired } }
    if (s.phase === 'running' && inTurn(s)) { await tx.putSession({ ...s, paired, renewWhenIdle: true, lastEventAt: now }); await tx.event(event) }
    else if (s.phase === 'running' || s.phase === 'paused' || s.phase === 'starting') await startAgain(ctx, tx, s, { fresh: true, replace: true, now, event, change: { paired } })
    else { await tx.putSession({ ...s, paired, lastEventAt: now }); await tx.event(event) }
    return ok({})
  }),

  'sessions.resume': (ctx) => ctx.commit(async (tx, now) => {
    const away = (await tx.sessions()).filter((s) => s.phase === 'interrupted')
    for (const s of away) await startAgain(ctx, tx, s, { fresh: false, now, event: { type: 'session.restarted', session: s.id, actor: ctx.actor, data: { why: 'resumed' } } })
    return ok({ resumed: away.length })
  }),

  'sessions.stopAll': (ctx) => ctx.commit(async (tx, now) => {
    const running = (await tx.sessions()).filter((s) => s.phase === 'running' && s.role !== 'check')
    for (const s of running) await pauseIn(tx, s, { by: 'person', text: null, actor: ctx.actor, now })
    return ok({ stopped: running.length })
  }),
}

/** Its worktree is as it should be again. */
export const lifeRebuilt = (ctx: Ctx, session: SessionId): Promise<Result<Record<string, never>>> => ctx.commit(async (tx, now) => {
  const row = await known(tx, session)
  if (!row.ok) return row
  const badges = row.value.badges.filter((b) => b !== 'worktree missing')
  await startAgain(ctx, tx, row.value, { fresh: false, now, event: { type: 'session.restarted', session, actor: ctx.actor, data: { why: 'its worktree was rebuilt' } }, change: { badges, container: 'missing', linkUp: false } })
  return ok({})
})

export const pauseEffect = async (core: Core, id: SessionId): Promise<void> => {
  const row = await core.store.read.session(id)
  if (row?.phase !== 'paused') return
  must(await core.runtime.pause(id))
}

export const unpauseEffect = async (core: Core, id: SessionId): Promise<void> => {
  const row = await core.store.read.session(id)
  if (row?.phase !== 'running') return
  must(await core.runtime.unpause(id))
}
