import { dockerNames, labels, ok } from '@orchestra/contracts'
import type { Result, SessionId } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { recorded } from '../recorded.ts'
import { helpersGone } from './rescue.ts'

const HELPERS_MS = 10_000

/** Volumes go only with `volumes`, after the import, and only those that carry this installation's and the session's labels. */
export const remove = async (ctx: Context, { session, volumes }: { session: SessionId; volumes: boolean }): Promise<Result<Record<string, never>>> => {
  const { config, engine, ledger } = ctx
  const there = await recorded(ctx, session)
  if (!there.ok) return there
  if (there.value !== null) {
    const removed = await engine.remove(there.value.Id)
    if (!removed.ok) return removed
    ledger.forget(session)
  }
  if (!volumes) return ok({})
  await helpersGone(ctx, session, HELPERS_MS)
  for (const name of [dockerNames.gitVolume(config.install, session), dockerNames.homeVolume(config.install, session)]) {
    const has = await engine.volumeLabels(name)
    if (!has.ok) return has
    if (has.value?.[labels.install] !== config.install || has.value[labels.session] !== session) continue
    const gone = await engine.removeVolume(name)
    if (!gone.ok) return gone
  }
  return ok({})
}
