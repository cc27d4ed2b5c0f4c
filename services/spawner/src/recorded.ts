/** The door to a session's container: its recorded id, and this installation's labels on what the engine has under it. */
import { fail, labels, ok, problem } from '@orchestra/contracts'
import type { Result, SessionId } from '@orchestra/contracts'
import type { Context } from './context.ts'
import type { Inspected } from './docker/containers.ts'

export const isOurs = (c: Inspected, install: string, session: string): boolean =>
  c.Config.Labels[labels.install] === install && c.Config.Labels[labels.session] === session

/** Null: there is none. A recorded id that has lost our labels is a problem, never acted on. */
export const recorded = async ({ config, engine, ledger }: Context, session: SessionId): Promise<Result<Inspected | null>> => {
  const id = ledger.idOf(session)
  if (id === null) return ok(null)
  const found = await engine.inspect(id)
  if (!found.ok) return found
  if (found.value === null) {
    ledger.forget(session)
    return ok(null)
  }
  return isOurs(found.value, config.install, session) ? found : fail(problem('forbidden', `The container recorded for ${session} does not carry this installation's labels.`, { about: session, next: 'Look at it with `docker inspect`; remove it by hand, then retry the session.' }))
}

/** As `recorded`, where the verb can't do without one. */
export const required = async (ctx: Context, session: SessionId): Promise<Result<Inspected>> => {
  const found = await recorded(ctx, session)
  if (!found.ok) return found
  return found.value === null ? fail(problem('session_unknown', `The session ${session} has no container.`, { about: session, next: 'Restart the session: that makes its container.' })) : ok(found.value)
}
