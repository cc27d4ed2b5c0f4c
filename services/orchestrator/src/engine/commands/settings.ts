import { fail, MergeId, MessageId, ok, problem } from '@orchestra/contracts'
import type { Handlers } from '../dispatch.ts'
import { admit } from '../queue.ts'

export const settingsCommands: Pick<Handlers, 'settings.save' | 'attention.dismiss'> = {
  'settings.save': ({ core, actor, commit }, input) => commit(async (tx, now) => {
    await tx.putSettings({ ...(await tx.settings()), ...input }, actor)
    await tx.event({ type: 'settings.saved', session: null, actor, data: { fields: Object.keys(input) } })
    await admit(core, tx, now)
    return ok({})
  }),

  'attention.dismiss': ({ commit }, { id }) => commit(async (tx, now) => {
    const message = MessageId.safeParse(id.replace(/^message:/, ''))
    const row = id.startsWith('message:') && message.success ? await tx.message(message.data) : null
    if (row) { await tx.putMessage({ ...row, dismissedAt: row.dismissedAt ?? now }); return ok({}) }
    const merge = MergeId.safeParse(id.replace(/^merge:/, ''))
    const asked = id.startsWith('merge:') && merge.success ? await tx.merge(merge.data) : null
    if (asked) { await tx.putMerge({ ...asked, dismissedAt: asked.dismissedAt ?? now }); return ok({}) }
    return fail(problem('not_found', `"${id}" can't be put away: it goes when what it names is settled.`, { about: id }))
  }),
}
