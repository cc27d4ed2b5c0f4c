/**
 * A bus and a runtime in memory, behind the engine's ports: they record what was asked and answer as told. What they leave out
 * (delivery, containers) is tested on the real parts in the adapters' own tests and in the scenarios.
 */
import { ok } from '@orchestra/contracts'
import type { bus, ContainerFact, EgressPolicy, link, Problem, Result, SessionId } from '@orchestra/contracts'
import type { Bus } from '../../services/orchestrator/src/ports/bus.ts'
import type { Runtime } from '../../services/orchestrator/src/ports/runtime.ts'

export type MemoryBus = Bus & {
  inbox: { session: SessionId; item: bus.InboxItem }[]
  controls: { session: SessionId; frame: link.ToAgent }[]
  opened: Set<SessionId>
  egress: EgressPolicy | null
  /** What an agent does when it gets a frame. */
  onControl: (session: SessionId, frame: link.ToAgent) => Promise<void>
}

export const memoryBus = (): MemoryBus => {
  const none = { kind: 'none', baseUrl: '', hint: '', lastCheck: null } as const
  const it: MemoryBus = {
    inbox: [], controls: [], opened: new Set(), egress: null, onControl: async () => undefined,
    putInbox: async (session, item) => { if (!it.inbox.some((i) => i.item.delivery.message === item.delivery.message)) it.inbox.push({ session, item }) },
    control: async (session, frame) => { it.controls.push({ session, frame }); await it.onControl(session, frame); return ok(undefined) },
    openSession: async (session) => { it.opened.add(session); return ok(undefined) },
    closeSession: async (session) => { it.opened.delete(session); return ok(undefined) },
    credentialStatus: async () => ok(none),
    saveCredential: async () => ok(none),
    setEgress: async (policy) => { it.egress = policy; return ok(undefined) },
    publishFact: () => undefined,
    onCall: () => undefined,
    onReport: () => undefined,
    close: async () => undefined,
  }
  return it
}

export type MemoryRuntime = Runtime & { containers: Map<SessionId, ContainerFact>; ensured: Parameters<Runtime['ensure']>[0][]; /** the next `ensure` says this */ failNext: Problem | null; log: string; removed: { session: SessionId; volumes: boolean }[] }

export const memoryRuntime = (): MemoryRuntime => {
  const set = (session: SessionId, state: ContainerFact['state']): Result<ContainerFact> => {
    const fact = { session, state, exitCode: null, oomKilled: false, startedAt: null }
    if (state === 'missing') it.containers.delete(session)
    else it.containers.set(session, fact)
    return ok(fact)
  }
  const it: MemoryRuntime = {
    containers: new Map(), ensured: [], failNext: null, log: '', removed: [],
    ensure: async (spec) => {
      it.ensured.push(spec)
      const why = it.failNext
      it.failNext = null
      return why ? { ok: false, problem: why } : set(spec.session, 'running')
    },
    stop: async (session) => set(session, 'exited'),
    pause: async (session) => set(session, 'paused'),
    unpause: async (session) => set(session, 'running'),
    remove: async (session, volumes) => { it.removed.push({ session, volumes }); set(session, 'missing'); return ok(undefined) },
    list: async () => ok({ containers: [...it.containers.values()], volumes: [] }),
    logs: async () => it.log,
    buildImage: async () => ok({ image: 'none' }),
    rescue: async () => ({ ok: false, problem: { code: 'session_unknown', message: 'it has no git volume', next: '' } }),
    rescueSnapshot: async () => ({ ok: false, problem: { code: 'session_unknown', message: 'it has no git volume', next: '' } }),
    registries: async () => ok({ image: 'agent', registries: [{ tool: 'npm', host: 'npm.example' }, { tool: 'pip', host: 'pip.example' }] }),
    engine: async () => ok({ version: '28.5.0', memoryMb: 8192, cpus: 2, arch: 'x86_64', diskFreeMb: null }),
    watch: () => () => undefined,
  }
  return it
}
