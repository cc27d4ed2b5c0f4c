import { ok } from '@orchestra/contracts'
import type { ContainerFact, Result, SessionId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { factOf, missing } from '../fact.ts'
import { recorded, required } from '../recorded.ts'

/** Freezes every process of the container: nothing runs, nothing spends. */
export const pause = async (ctx: Context, { session }: { session: SessionId }): Promise<Result<ContainerFact>> => {
  const there = await required(ctx, session)
  if (!there.ok) return there
  const paused = await ctx.engine.pause(there.value.Id)
  if (!paused.ok) return paused
  const now = await recorded(ctx, session)
  return now.ok ? ok(now.value === null ? missing(session) : factOf(now.value)) : now
}
