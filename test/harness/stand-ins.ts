/**
 * A bus and a runtime in memory, behind the engine's ports: they record what was asked and answer as told. Both are held to the
 * same suites as the real ones (contracts/); what they leave out (delivery, containers) is tested on the real parts.
 */
import { fail, ok, problem } from '@orchestra/contracts'
import type { bus, ContainerFact, EgressPolicy, link, Problem, Result, SessionId } from '@orchestra/contracts'
import type { Bus } from '../../services/orchestrator/src/ports/bus.ts'
import type { Runtime } from '../../services/orchestrator/src/ports/runtime.ts'

export type MemoryBus = Bus & {
  inbox: { session: SessionId; item: bus.InboxItem }[]
  controls: { session: SessionId; frame: link.ToAgent }[]
  opened: Set<SessionId>
  egress: EgressPolicy | null
  /** How often the relay was told that what sessions may do changed. */
  reallowed: number
  /** What an agent does when it gets a frame. */
  onControl: (session: SessionId, frame: link.ToAgent) => Promise<void>
}

export const memoryBus = (): MemoryBus => {
  const none = { kind: 'none', baseUrl: '', hint: '', lastCheck: null, limit: null } as const
  const it: MemoryBus = {
    inbox: [], controls: [], opened: new Set(), egress: null, reallowed: 0, onControl: async () => undefined,
    putInbox: async (session, item) => { if (!it.inbox.some((i) => i.item.delivery.message === item.delivery.message)) it.inbox.push({ session, item }) },
    inboxes: async () => new Map([...new Set(it.inbox.map((i) => i.session))].map((s) => [s, it.inbox.filter((i) => i.session === s).length])),
    makeInboxes: async () => undefined,
    onReturn: () => () => undefined,
    control: async (session, frame) => {
      if (!it.opened.has(session)) return fail(problem('agent_unreachable', `Nobody answers for ${session}.`, { about: session }))
      it.controls.push({ session, frame }); await it.onControl(session, frame)
      return ok(undefined)
    },
    openSession: async (session) => { it.opened.add(session); return ok(undefined) },
    closeSession: async (session) => { it.opened.delete(session); return ok(undefined) },
    listSessions: async () => ok([...it.opened]),
    credentialStatus: async () => ok(none),
    saveCredential: async () => ok(none),
    reallow: async () => { it.reallowed += 1; return ok(undefined) },
    setEgress: async (policy) => { it.egress = policy; return ok(undefined) },
    publishFact: () => undefined,
    onCall: () => undefined,
    onReport: () => undefined,
    close: async () => undefined,
  }
  return it
}

export type MemoryRuntime = Runtime & { volumes: Set<SessionId>; containers: Map<SessionId, ContainerFact>; ensured: Parameters<Runtime['ensure']>[0][]; /** the next `ensure` says this */ failNext: Problem | null; log: string; removed: { session: SessionId; volumes: boolean }[] }

export const memoryRuntime = (): MemoryRuntime => {
  const set = (session: SessionId, state: ContainerFact['state']): Result<ContainerFact> => {
    const fact = { session, state, exitCode: null, oomKilled: false, startedAt: null }
    if (state === 'missing') it.containers.delete(session)
    else it.containers.set(session, fact)
    return ok(fact)
  }
  const unknown = (session: SessionId) => fail(problem('session_unknown', `The session ${session} has no container.`, { about: session }))
  const it: MemoryRuntime = {
    volumes: new Set(), containers: new Map(), ensured: [], failNext: null, log: '', removed: [],
    ensure: async (spec) => {
      it.ensured.push(spec)
      const why = it.failNext
      it.failNext = null
      if (why) return { ok: false, problem: why }
      it.volumes.add(spec.session)
      return set(spec.session, 'running')
    },
    stop: async (session) => set(session, it.containers.has(session) ? 'exited' : 'missing'),
    pause: async (session) => (it.containers.has(session) ? set(session, 'paused') : unknown(session)),
    unpause: async (session) => (it.containers.has(session) ? set(session, 'running') : unknown(session)),
    remove: async (session, volumes) => {
      it.removed.push({ session, volumes })
      set(session, 'missing')
      if (volumes) it.volumes.delete(session)
      return ok(undefined)
    },
    list: async () => ok({ containers: [...it.containers.values()], volumes: [...it.volumes].sort() }),
    logs: async () => it.log,
    buildImage: async () => ok({ image: 'none' }),
    rescue: async () => ({ ok: false, problem: { code: 'session_unknown', message: 'it has no git volume', next: '' } }),
    rescueSnapshot: async () => ({ ok: false, problem: { code: 'session_unknown', message: 'it has no git volume', next: '' } }),
    registries: async () => ok({ image: 'agent', registries: [{ tool: 'npm', host: 'npm.example' }, { tool: 'pip', host: 'pip.example' }] }),
    disk: async () => ok({ sizes: [...it.containers.keys()].map((session) => ({ session, bytes: 1000 })) }),
    engine: async () => ok({ version: '28.5.0', memoryMb: 8192, cpus: 2, arch: 'x86_64', diskFreeMb: null }),
    watch: () => () => undefined,
  }
  return it
}
