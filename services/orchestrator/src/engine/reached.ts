/**
 * A turn that ended because the model's endpoint could not be reached (the network was lost for longer than the CLI tries) is taken up
 * again: the session gets the word to go on, again and again. What it then asks is what finds out whether the network is back; the CLI
 * itself tries for minutes each time. With the setting that a person is asked after a restart, they are asked here too.
 */
import { SessionId } from '@orchestra/contracts'
import { z } from 'zod'
import type { SessionRow } from '../domain/rows.ts'
import type { Tx } from '../ports/store.ts'
import { system } from './core.ts'
import type { Core } from './core.ts'
import { tellToGoOn } from './go-on.ts'
import type { EffectHandlers } from './worker.ts'

const part = 'network'
const againMs = 20_000
const Payload = z.object({ session: SessionId, at: z.string() })

/** What becomes of a session whose turn has just failed. */
export const goOnWhenReached = async (core: Core, tx: Tx, row: SessionRow): Promise<SessionRow> => {
  if (!row.modelTrouble?.away || core.outside.settings(await tx.settings()).afterRestart === 'ask') return row
  await tx.effect({ kind: 'model.again', lane: `again:${row.id}`, payload: { session: row.id, at: row.modelTrouble.at }, session: row.id, actor: system(part), delayMs: againMs })
  return { ...row, modelTrouble: { ...row.modelTrouble, goesOn: true } }
}

export const reachedEffects: EffectHandlers = {
  'model.again': {
    attempts: Number.POSITIVE_INFINITY,
    perform: async (core, effect) => {
      const { session, at } = Payload.parse(effect.payload)
      await core.commit(async (tx) => {
        const row = await tx.session(session)
        // A person was faster, or it was put away.
        if (row?.phase !== 'running' || row.modelTrouble?.at !== at) return
        await tellToGoOn(core, tx, session, part, 'The model could not be reached, and your last turn ended.')
      })
    },
  },
}
