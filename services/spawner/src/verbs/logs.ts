import { ok } from '@orchestra/contracts'
import type { Result, SessionId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { required } from '../recorded.ts'

export const logs = async (ctx: Context, { session, lines }: { session: SessionId; lines: number }): Promise<Result<{ text: string }>> => {
  const there = await required(ctx, session)
  if (!there.ok) return there
  const text = await ctx.engine.logs(there.value.Id, lines)
  return text.ok ? ok({ text: text.value }) : text
}
