/** Every kind of effect and who performs it. */
import type { SessionId } from '@orchestra/contracts'
import { problem } from '@orchestra/contracts'
import type { EffectRow } from '../ports/store.ts'
import { pauseEffect, unpauseEffect } from './commands/life.ts'
import { archiveEffect } from './commands/archive.ts'
import { removeEffect } from './commands/remove.ts'
import type { Core } from './core.ts'
import { must } from './core.ts'
import { allowanceEffects } from './allowance.ts'
import { messageEffects } from './deliver.ts'
import { egressEffects } from './egress.ts'
import { limitEffects } from './limits.ts'
import { reachedEffects } from './reached.ts'
import { failStart } from './start/failure.ts'
import { startGaveUp, startSession } from './start/start.ts'
import type { EffectHandlers } from './worker.ts'

const sessionOf = (e: EffectRow): SessionId => { if (!e.session) throw new Error(`effect ${e.id} (${e.kind}) names no session`); return e.session }
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `fresh`: what runs is ended first, orderly, so that agentd pushes what it has. `replace`: the container is made anew. */
const start = async (core: Core, e: EffectRow): Promise<void> => {
  const id = sessionOf(e)
  const { fresh, replace } = e.payload as { fresh?: boolean; replace?: boolean }
  const row = await core.store.read.session(id)
  if (row?.phase !== 'starting') return
  if ((fresh || replace) && row.container !== null && row.container !== 'missing') {
    if (row.container === 'paused') await core.runtime.unpause(id)
    const stopped = await core.runtime.stop(id)
    if (!stopped.ok && stopped.problem.code !== 'session_unknown' && stopped.problem.code !== 'not_found') must(stopped)
  }
  if (replace) must(await core.runtime.remove(id, false))
  await startSession(core, id)
}

export const sessionEffects: EffectHandlers = {
  'session.start': { attempts: 4, perform: start, gaveUp: (core, e, error) => startGaveUp(core, sessionOf(e), error) },
  'session.pause': { attempts: 5, perform: (core, e) => pauseEffect(core, sessionOf(e)), gaveUp: (core, e, error) => lifeGaveUp(core, sessionOf(e), 'could not be paused', error) },
  'session.unpause': { attempts: 5, perform: (core, e) => unpauseEffect(core, sessionOf(e)), gaveUp: (core, e, error) => lifeGaveUp(core, sessionOf(e), 'could not be continued', error) },
  'session.archive': { attempts: Number.POSITIVE_INFINITY, perform: (core, e) => archiveEffect(core, sessionOf(e)) },
  // Until it is done: the person has confirmed, and nothing else may happen to it.
  'session.remove': { attempts: Number.POSITIVE_INFINITY, perform: (core, e) => removeEffect(core, sessionOf(e)) },
}

const lifeGaveUp = (core: Core, id: SessionId, what: string, error: unknown): Promise<void> =>
  failStart(core, id, 'container', problem('engine_failed', `${id} ${what}: ${words(error)}`, { about: id }))

export const coreEffects: EffectHandlers = { ...sessionEffects, ...messageEffects, ...egressEffects, ...limitEffects, ...reachedEffects, ...allowanceEffects }
