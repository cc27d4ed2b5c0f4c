import { fail, ok, problem } from '@orchestra/contracts'
import type { Actor, EgressRule } from '@orchestra/contracts'
import type { SettingsRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'
import { post } from '../deliver.ts'
import type { Handlers } from '../dispatch.ts'
import { egressEffect } from '../egress.ts'

const mostRules = 200

/** On one list, off the other. */
const decided = (row: SettingsRow, host: EgressRule, allow: boolean): SettingsRow => {
  const others = (list: string[] | null) => (list ?? []).filter((h) => h !== host)
  const [egressAllow, egressRefuse] = [others(row.egressAllow), others(row.egressRefuse)]
  return { ...row, egressAllow: allow ? [...egressAllow, host] : egressAllow, egressRefuse: allow ? egressRefuse : [...egressRefuse, host] }
}

const words = (host: string, allow: boolean): string =>
  allow ? `The person allowed ${host} for this project: it can be reached now.` : `The person keeps ${host} refused for this project: do without it.`

/** Every session that asked about it has its answer, and is told. */
const settle = async (core: Core, tx: Tx, asked: { host: EgressRule; allow: boolean; by: Actor; now: string }): Promise<void> => {
  for (const request of (await tx.egressRequests()).filter((r) => r.host === asked.host && r.allowed === null)) {
    await tx.putEgressRequest({ ...request, allowed: asked.allow, decidedBy: asked.by, decidedAt: asked.now })
    const row = await tx.session(request.session)
    if (row && row.phase !== 'deleted' && row.phase !== 'deleting') await post(core, tx, asked.now, { kind: 'note', from: system('egress'), to: { kind: 'session', id: row.id }, text: words(asked.host, asked.allow) })
  }
}

export const egressCommands: Pick<Handlers, 'egress.decide'> = {
  'egress.decide': async ({ core, actor, commit }, { session, host, allow }) => {
    if (actor.kind !== 'person') return fail(problem('forbidden', 'Only the person decides what is reached.', { about: session }))
    return commit(async (tx, now) => {
      const asked = (await tx.egressRequests()).find((r) => r.session === session && r.host === host)
      if (!asked) return fail(problem('not_found', `${session} did not ask for ${host}.`, { about: session }))
      if (asked.allowed !== null) return fail(problem('already_answered', `${host} was ${asked.allowed ? 'allowed' : 'kept refused'} already.`, { about: session, next: 'Change it in Settings.' }))
      const row = decided(await tx.settings(), host, allow)
      if ((row.egressAllow ?? []).length > mostRules || (row.egressRefuse ?? []).length > mostRules) return fail(problem('bad_input', `There are ${mostRules} hosts on the list already.`, { next: 'Name several by one rule (*.domain) in Settings.' }))
      await tx.putSettings(row, actor)
      await settle(core, tx, { host, allow, by: actor, now })
      await tx.event({ type: 'egress.decided', session, actor, data: { host, allowed: allow } })
      await tx.effect({ ...egressEffect, actor })
      return ok({})
    })
  },
}
