/** Archiving: the container goes, everything that it could go on with stays. */
import { fail, ok, problem } from '@orchestra/contracts'
import type { SessionId } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import { must } from '../core.ts'
import type { Handlers } from '../dispatch.ts'
import { admit } from '../queue.ts'
import { known } from './life.ts'
import { bringHome } from './remove.ts'

const archivable = new Set(['queued', 'starting', 'running', 'paused', 'interrupted', 'failed'])

export const archiveCommands: Pick<Handlers, 'session.archive'> = {
  'session.archive': ({ actor, commit }, { session }) => commit(async (tx, now) => {
    const found = await known(tx, session)
    if (!found.ok) return found
    const row = found.value
    if (row.role === 'designer') return fail(problem('forbidden', 'The designer can\'t be archived.', { about: session }))
    if (row.phase === 'archived' || row.phase === 'archiving') return ok({})
    if (!archivable.has(row.phase)) return fail(problem('wrong_state', `${session} is ${row.phase}; it can't be archived.`, { about: session }))
    await tx.putSession({ ...row, phase: 'archiving', lastEventAt: now, lastActivity: 'Being archived' })
    await tx.event({ type: 'session.archived', session, actor, data: {} })
    await tx.dropEffects(`session:${session}`)
    await tx.effect({ kind: 'session.archive', lane: `session:${session}`, payload: {}, session, actor })
    return ok({})
  }),
}

/** Its socket closes and its inbox stays: what is sent to it waits. */
export const archiveEffect = async (core: Core, id: SessionId): Promise<void> => {
  const row = await core.store.read.session(id)
  if (row?.phase !== 'archiving') return
  await bringHome(core, row)
  must(await core.runtime.remove(id, false))
  must(await core.bus.closeSession(id, false))
  await core.commit(async (tx) => {
    const s = await tx.session(id)
    if (s?.phase !== 'archiving') return
    const now = await tx.now()
    await tx.putSession({ ...s, phase: 'archived', startStep: null, queueReason: null, container: 'missing', containerAt: now, linkUp: false, cli: null, dialog: null, renewWhenIdle: false, lastEventAt: now, lastActivity: 'Archived' })
    await admit(core, tx, now)
  })
}
