import { labels, ok, SessionId } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'
import type { Context } from '../context.ts'

export const disk = async ({ config, engine }: Context): Promise<Result<{ sizes: { session: SessionId; bytes: number }[] }>> => {
  const used = await engine.volumeSizes()
  if (!used.ok) return used
  const sizes = new Map<SessionId, number>()
  for (const { Labels, bytes } of used.value) {
    const session = SessionId.safeParse(Labels?.[labels.session])
    if (Labels?.[labels.install] !== config.install || !session.success || bytes === null) continue
    sizes.set(session.data, (sizes.get(session.data) ?? 0) + bytes)
  }
  return ok({ sizes: [...sizes].map(([session, bytes]) => ({ session, bytes })) })
}
