import { ok } from '@orchestra/contracts'
import type { ImageRegistries, ProjectId, Registry, Result } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { ASK_TOOLS, readAnswers } from '../registries.ts'
import { runThrowaway } from '../throwaway.ts'

/** By image, whose name says its content; both the answers that are there and those under way. */
const asked = new WeakMap<Context, Map<string, Promise<Result<Registry[]>>>>()

const ask = async (ctx: Context, image: string): Promise<Result<Registry[]>> => {
  const said = await runThrowaway(ctx, 'registries', image, ASK_TOOLS, ctx.config.registries)
  return said.ok ? ok(readAnswers(said.value)) : said
}

/** Once per image: the next call gets the same answer. A failure is asked again. */
export const registries = async (ctx: Context, { project }: { project: ProjectId }): Promise<Result<ImageRegistries>> => {
  const prepared = await ctx.prepare(project)
  if (!prepared.ok) return prepared
  const { image } = prepared.value
  const known = asked.get(ctx) ?? new Map<string, Promise<Result<Registry[]>>>()
  asked.set(ctx, known)
  const answer = known.get(image) ?? ask(ctx, image)
  known.set(image, answer)
  const found = await answer.catch((error: unknown) => { known.delete(image); throw error })
  if (found.ok) return ok({ image, registries: found.value })
  known.delete(image)
  return found
}
