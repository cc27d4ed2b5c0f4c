import { ok } from '@orchestra/contracts'
import type { ContainerFact, Result, SessionId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { factOf, missing } from '../fact.ts'
import { recorded } from '../recorded.ts'

/** A paused container gets its signal too: the engine thaws it to stop it. No container: nothing to stop. */
export const stop = async (ctx: Context, { session, graceSeconds }: { session: SessionId; graceSeconds: number }): Promise<Result<ContainerFact>> => {
  const there = await recorded(ctx, session)
  if (!there.ok) return there
  if (there.value === null) return ok(missing(session))
  const stopped = await ctx.engine.stop(there.value.Id, graceSeconds)
  if (!stopped.ok) return stopped
  const now = await recorded(ctx, session)
  return now.ok ? ok(now.value === null ? missing(session) : factOf(now.value)) : now
}
