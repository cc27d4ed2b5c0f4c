/** What agents may reach: put together here, enforced by the relay, which is told at every change and every round. */
import { egressRuleFor, ok } from '@orchestra/contracts'
import type { bus, Result } from '@orchestra/contracts'
import { withinReach } from '../domain/reach.ts'
import { must, system } from './core.ts'
import type { Core } from './core.ts'
import type { EffectHandlers } from './worker.ts'

/** Open questions of one session about hosts: what it wants beyond them is recorded, and refused without asking. */
const mostAsked = 10

const tellRelay = async (core: Core): Promise<Result<void>> => {
  const { egress, egressAllow, egressRefuse } = core.outside.settings(await core.store.read.settings())
  const registries = [...new Set(core.outside.registries().map((r) => r.host))]
  return core.bus.setEgress({ mode: egress, allow: egressAllow, refuse: egressRefuse, registries })
}

/** One round: the image's registries, asked anew where the image may be another one, and the relay, which may have been restarted. */
export const followEgress = async (core: Core): Promise<void> => {
  if (await core.outside.refreshRegistries()) core.feed.projectChanged()
  const told = await tellRelay(core).finally(core.egressKnown.reach)
  if (!told.ok) core.report('telling the relay what agents may reach', told.problem)
}

export const egressEffect = { kind: 'egress.tell', lane: 'egress', payload: {}, session: null } as const

export const egressEffects: EffectHandlers = {
  'egress.tell': { attempts: Number.POSITIVE_INFINITY, perform: async (core) => must(await tellRelay(core)) },
}

/** Each refusal is an event; the person is asked once per host and session, about what a yes would open. */
export const onRefused = (core: Core, r: Extract<bus.SessionReport, { type: 'egress-refused' }>): Promise<Result<unknown>> => core.commit(async (tx) => {
  await tx.event({ type: 'egress.refused', session: r.session, actor: system('relay'), data: { host: r.host, port: r.port, reason: r.reason } })
  const host = r.cause === 'unlisted' ? egressRuleFor(r.host, r.port) : null
  const row = host === null ? null : await tx.session(r.session)
  if (host === null || !row || withinReach(core.outside.settings(await tx.settings()), host)) return ok({})
  const asked = (await tx.egressRequests()).filter((a) => a.session === r.session)
  if (asked.some((a) => a.host === host) || asked.filter((a) => a.allowed === null).length >= mostAsked) return ok({})
  await tx.putEgressRequest({ projectId: core.project, session: r.session, host, askedAt: await tx.now(), allowed: null, decidedBy: null, decidedAt: null })
  return ok({})
})
