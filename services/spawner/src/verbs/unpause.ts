import { ok } from '@orchestra/contracts'
import type { ContainerFact, Result, SessionId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { factOf, missing } from '../fact.ts'
import { recorded, required } from '../recorded.ts'

export const unpause = async (ctx: Context, { session }: { session: SessionId }): Promise<Result<ContainerFact>> => {
  const there = await required(ctx, session)
  if (!there.ok) return there
  if (there.value.State.Status === 'paused') {
    const running = await ctx.engine.unpause(there.value.Id)
    if (!running.ok) return running
  }
  const now = await recorded(ctx, session)
  return now.ok ? ok(now.value === null ? missing(session) : factOf(now.value)) : now
}
