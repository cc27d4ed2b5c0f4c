import { fail, MergeId, MessageId, ok, problem, SessionId, Sha } from '@orchestra/contracts'
import type { Actor } from '@orchestra/contracts'
import type { Tx } from '../../ports/store.ts'
import { background } from '../core.ts'
import type { Handlers } from '../dispatch.ts'
import { reallow } from '../allowance.ts'
import { egressEffect } from '../egress.ts'
import { followCheckout } from '../follow.ts'
import { admit } from '../queue.ts'
import { declineImage } from '../runs/image.ts'

/** An empty command says: asked, and none wanted. One that was chosen meanwhile stays. */
const declineCheck = async (tx: Tx, actor: Actor): Promise<void> => {
  const row = await tx.settings()
  if (row.checkCommand === null) await tx.putSettings({ ...row, checkCommand: '' }, actor)
}

const ofModel = ['models', 'providerTools', 'requestsPerMinute', 'budgetUsd', 'budgetTokens']

export const settingsCommands: Pick<Handlers, 'settings.save' | 'attention.dismiss'> = {
  'settings.save': async ({ core, actor, commit }, input) => {
    const saved = await commit(async (tx, now) => {
      await tx.putSettings({ ...(await tx.settings()), ...input }, actor)
      await tx.event({ type: 'settings.saved', session: null, actor, data: { fields: Object.keys(input) } })
      if ('egress' in input || 'egressAllow' in input || 'egressRefuse' in input) await tx.effect({ ...egressEffect, actor })
      if (ofModel.some((field) => field in input)) await reallow(core, tx, actor, now)
      await admit(core, tx, now)
      return ok({})
    })
    // Whether specs are git's shows in the checkout at once.
    core.outside.settings(await core.store.read.settings())
    if ('keepSpecsInGit' in input) background(core, 'following the checkout', followCheckout(core))
    return saved
  },

  'attention.dismiss': ({ core, actor, commit }, { id }) => commit(async (tx, now) => {
    const message = MessageId.safeParse(id.replace(/^message:/, ''))
    const row = id.startsWith('message:') && message.success ? await tx.message(message.data) : null
    if (row) { await tx.putMessage({ ...row, dismissedAt: row.dismissedAt ?? now }); return ok({}) }
    const merge = MergeId.safeParse(id.replace(/^merge:/, ''))
    const asked = id.startsWith('merge:') && merge.success ? await tx.merge(merge.data) : null
    if (asked) { await tx.putMerge({ ...asked, dismissedAt: asked.dismissedAt ?? now }); return ok({}) }
    const image = Sha.safeParse(id.replace(/^proposal:image:/, ''))
    if (id.startsWith('proposal:image:') && image.success) { await declineImage(core, tx, image.data, now, actor); return ok({}) }
    if (id === 'proposal:check') { await declineCheck(tx, actor); return ok({}) }
    const session = SessionId.safeParse(id.replace(/^session:/, ''))
    const stopped = id.startsWith('session:') && session.success ? await tx.session(session.data) : null
    if (stopped?.modelTrouble) { await tx.putSession({ ...stopped, modelTrouble: null }); return ok({}) }
    return fail(problem('not_found', `"${id}" can't be put away: it goes when what it names is settled.`, { about: id }))
  }),
}
