/** Checks in a session's own container, and cancelling and repeating of any run. */
import { randomUUID } from 'node:crypto'
import { fail, ok, problem } from '@orchestra/contracts'
import type { Problem, Result, RunId, SessionId } from '@orchestra/contracts'
import { newRun } from '../../domain/new-rows.ts'
import type { RunRow } from '../../domain/rows.ts'
import { known } from '../commands/life.ts'
import type { Ctx, Handlers } from '../dispatch.ts'
import type { EffectHandlers } from '../worker.ts'
import type { Bells } from './bells.ts'
import { cancelledBy, endRun, isOver } from './rows.ts'

type RunCommands = Pick<Handlers, 'session.check' | 'run.cancel' | 'run.retry'>

const unknown = (run: RunId): Problem => problem('not_found', `There is no run ${run}.`, { about: run, next: 'Look at the list of runs.' })

const startCheck = (ctx: Ctx, session: SessionId): Promise<Result<{ run: RunId }>> => ctx.commit(async (tx, now) => {
  const row = await known(tx, session)
  if (!row.ok) return row
  const command = ctx.core.outside.settings(await tx.settings()).checkCommand
  if (!command) return fail(problem('bad_input', 'The project has no check command.', { about: session, next: 'Set one in Settings.' }))
  if (row.value.phase !== 'running' || !row.value.linkUp) return fail(problem('wrong_state', `${session} has no running container to check in.`, { about: session }))
  const going = (await tx.runs(200)).find((r) => r.session === session && r.kind === 'check' && !isOver(r))
  if (going) return ok({ run: going.id })
  const id = randomUUID() as RunId
  await tx.putRun(newRun({ id, projectId: ctx.core.project, session, kind: 'check', command, startedBy: ctx.actor, now }))
  await tx.effect({ kind: 'run.start', lane: `run:${id}`, payload: { run: id }, session, actor: ctx.actor })
  return ok({ run: id })
})

const retry = (ctx: Ctx, run: RunRow, handlers: Pick<Handlers, 'session.retry'>, approveImage: (ctx: Ctx, blob: NonNullable<RunRow['tree']>) => Promise<Result<{ run: RunId }>>): Promise<Result<{ run: RunId }>> => {
  if (run.kind === 'check' && run.session) return startCheck(ctx, run.session)
  if (run.kind === 'image' && run.tree) return approveImage(ctx, run.tree)
  if (run.kind === 'setup' && run.session) return handlers['session.retry'](ctx, { session: run.session }).then((r) => (r.ok ? ok({ run: run.id }) : r))
  return Promise.resolve(fail(problem('wrong_state', 'Checks of a merge are repeated by asking for the merge again.', { about: run.id, next: 'Ask for the merge again.' })))
}

export const makeRunCommands = (bells: Bells, handlers: Pick<Handlers, 'session.retry'>, approveImage: (ctx: Ctx, blob: NonNullable<RunRow['tree']>) => Promise<Result<{ run: RunId }>>): RunCommands => ({
  'session.check': (ctx, { session }) => startCheck(ctx, session),

  // The row says so at once; what still runs in the container is told, and killed there.
  'run.cancel': async (ctx, { run }) => {
    const { core, actor } = ctx
    const done = await ctx.commit(async (tx, now) => {
      const row = await tx.run(run)
      if (!row) return fail(unknown(run))
      await endRun(tx, run, { status: 'cancelled', exitCode: null, lastLine: cancelledBy(actor) }, now, actor)
      return ok({ before: row })
    })
    if (!done.ok) return done
    bells.ring(run)
    const { before } = done.value
    // Nobody there to tell means that nothing runs there.
    if (before.session && !isOver(before)) await core.bus.control(before.session, { type: 'run-cancel', id: run })
    return ok({})
  },

  'run.retry': async (ctx, { run }) => {
    const row = await ctx.core.store.read.run(run)
    if (!row) return fail(unknown(run))
    if (!isOver(row)) return fail(problem('wrong_state', 'This run has not ended.', { about: run, next: 'Wait for its end, or cancel it.' }))
    return retry(ctx, row, handlers, approveImage)
  },
})

export const makeRunEffects = (bells: Bells): EffectHandlers => ({
  'run.start': {
    attempts: 5,
    perform: async (core, effect) => {
      const { run } = effect.payload as { run: RunId }
      const row = await core.store.read.run(run)
      if (row?.status !== 'waiting' || !row.session) return
      const told = await core.bus.control(row.session, { type: 'run', id: run, command: row.command })
      if (!told.ok) throw new Error(told.problem.message)
    },
    gaveUp: async (core, effect, error) => {
      const { run } = effect.payload as { run: RunId }
      const lastLine = `Could not be started: ${error instanceof Error ? error.message : String(error)}`
      await core.commit(async (tx) => endRun(tx, run, { status: 'failed', exitCode: null, lastLine }, await tx.now(), effect.actor))
      bells.ring(run)
    },
  },
})
