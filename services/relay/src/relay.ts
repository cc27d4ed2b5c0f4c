/** The relay as a whole, from its configuration; `main.ts` runs it, tests start it in their own process. */
import { fail, problem } from '@orchestra/contracts'
import { bounds } from './bounds.ts'
import { connectBus } from './bus/nats.ts'
import { operatorRegistries } from './config.ts'
import type { Config, Secrets } from './config.ts'
import { crashingBus } from './crash.ts'
import { makeCredentialStore } from './credential/store.ts'
import { makeEgress } from './egress/connect.ts'
import { makeOperatorProxy } from './egress/operator-proxy.ts'
import { makePolicy } from './egress/policy.ts'
import { parseRules } from './egress/rules.ts'
import { makePolicyStore } from './egress/store.ts'
import { makeBudget } from './http/budget.ts'
import { serveInternal } from './http/internal-server.ts'
import type { Log } from './log.ts'
import { makeLimitGate } from './model/limit-gate.ts'
import { makeUpstream } from './model/upstream.ts'
import { makeRegistry } from './sessions/registry.ts'
import { makeVerbs } from './sessions/verbs.ts'

export type Relay = { /** of the internal HTTP */ port: number; stop(): Promise<void> }

export const startRelay = async (config: Config, secrets: Secrets, log: Log): Promise<Relay> => {
  const policies = makePolicyStore(config.RELAY_STATE, log)
  const policy = makePolicy([...parseRules(config.ORCHESTRA_EGRESS_ALLOW), ...operatorRegistries(config)], await policies.read())
  const egress = makeEgress(policy, undefined, makeOperatorProxy(config))
  const credentials = makeCredentialStore(config.RELAY_STATE, config.ORCHESTRA_MODEL_URL)
  const limits = await makeLimitGate(config.RELAY_STATE, credentials, log)
  const upstream = makeUpstream()
  const bus = crashingBus(await connectBus({ url: config.NATS_URL, user: secrets.natsUser, password: secrets.natsPassword, log }), config.ORCHESTRA_CRASHPOINTS)
  const registry = makeRegistry(config.RELAY_STATE, {
    bus, credentials, upstream, egress, limits, log,
    budget: makeBudget(bounds.allBodies),
    sockets: config.RELAY_SOCKETS,
    orchestratorUrl: config.ORCHESTRATOR_URL,
    internalToken: secrets.internalToken,
    askWait: config.ORCHESTRA_ASK_WAIT,
    silentAfter: config.ORCHESTRA_MODEL_SILENCE,
  })
  await registry.reopen()
  bus.serveVerbs(makeVerbs({ registry, credentials, limits, upstream, tryModel: config.ORCHESTRA_TRY_MODEL, policy, policies }))
  bus.serveControl((session, frame) => {
    const known = registry.get(session)
    return known ? known.link.send(frame) : fail(problem('agent_unreachable', `The relay knows no session "${session}".`, { about: session }))
  })
  await bus.ready()
  const internal = await serveInternal(config.RELAY_PORT, { registry, healthy: () => bus.connected(), token: secrets.internalToken, log })
  log('the relay is up', { port: internal.port, sessions: registry.all().length })
  return {
    port: internal.port,
    async stop() {
      await internal.close()
      await limits.stop()
      await registry.stop()
      await bus.close()
      // All sessions are closed: nobody waits for what is under way.
      await upstream.destroy()
    },
  }
}
