/** The orchestrator's requests to the relay, checked and carried out. */
import { bus, fail, ok, problem } from '@orchestra/contracts'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import type { VerbHandlers } from '../bus/port.ts'
import { saveCredential } from '../credential/save.ts'
import type { CredentialStore } from '../credential/store.ts'
import type { Policy } from '../egress/policy.ts'
import type { PolicyStore } from '../egress/store.ts'
import type { LimitGate } from '../model/limit-gate.ts'
import type { Registry } from './registry.ts'

export type VerbDeps = { registry: Registry; credentials: CredentialStore; limits: LimitGate; upstream: Dispatcher; tryModel: string; policy: Policy; policies: PolicyStore }

export const makeVerbs = ({ registry, credentials, limits, upstream, tryModel, policy, policies }: VerbDeps): VerbHandlers => {
  const checked = <S extends z.ZodType>(schema: S, handler: (input: z.output<S>) => Promise<bus.Reply>) => (input: unknown): Promise<bus.Reply> => {
    const read = schema.safeParse(input)
    return read.success ? handler(read.data) : Promise.resolve(fail(problem('bad_input', 'This request to the relay is not right.', { detail: z.prettifyError(read.error) })))
  }
  return {
    open: checked(bus.relayVerbs.open, async ({ session, role }) => {
      await registry.open(session, role)
      return ok({})
    }),
    close: checked(bus.relayVerbs.close, async ({ session, forget }) => {
      await registry.close(session, forget)
      return ok({})
    }),
    list: checked(bus.relayVerbs.list, () => Promise.resolve(ok({ sessions: registry.all().map((one) => ({ session: one.id, linked: one.link.up() })) }))),
    credential: checked(bus.relayVerbs.credential, async (given) => {
      const saved = await saveCredential(given, credentials, tryModel, upstream)
      await limits.look()
      return saved.ok ? ok({ ...saved.value, limit: limits.current() }) : saved
    }),
    status: checked(bus.relayVerbs.status, async () => ok({ ...(await credentials.view()), limit: limits.current() })),
    reallow: checked(bus.relayVerbs.reallow, () => {
      for (const session of registry.all()) session.reallow()
      return Promise.resolve(ok({}))
    }),
    egress: checked(bus.relayVerbs.egress, async (said) => {
      policy.set(said)
      await policies.save(said)
      return ok({})
    }),
  }
}
