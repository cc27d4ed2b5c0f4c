/** The stand-ins keep what the real parts are held to. */
import type { ProjectId, SessionId } from '@orchestra/contracts'
import { describe } from 'vitest'
import { holdsBusContract } from './contracts/bus.ts'
import { holdsRuntimeContract } from './contracts/runtime.ts'
import { memoryBus, memoryRuntime } from './stand-ins.ts'

describe('the runtime in memory', () => {
  const runtime = memoryRuntime()
  holdsRuntimeContract(() => runtime, () => ({ project: 'shop' as ProjectId, session: 'kept' as SessionId, role: 'executor', resources: { memoryMb: 512, cpus: 1, pids: 100 }, paired: false, covers: [], cli: null }))
})

describe('the bus in memory', () => {
  const bus = memoryBus()
  holdsBusContract(() => ({
    bus,
    agent: async (session, onFrame) => { bus.onControl = async (to, frame) => { if (to === session) onFrame(frame.type) } },
    inbox: async (session) => bus.inbox.filter((i) => i.session === session).map((i) => i.item.delivery.message),
  }))
})
