/** kill -9 of orchestrator, relay or agentd before and after each side effect of a delivery. */
import type { CrashService } from '@orchestra/contracts'
import { arm } from '../frame/crash.ts'
import type { Family } from '../frame/fault.ts'

const points: [CrashService, string][] = [
  ['orchestrator', 'before engine.dispatch'], ['orchestrator', 'after engine.dispatch'],
  ['orchestrator', 'before bus.putInbox'], ['orchestrator', 'after bus.putInbox'], ['orchestrator', 'after store.effectDone'],
  ['agentd', 'before delivery.post'], ['agentd', 'after delivery.post'], ['agentd', 'before delivered.add'], ['agentd', 'after delivered.add'],
  ['agentd', 'before delivered.see'], ['agentd', 'after delivered.see'],
  ['agentd', 'before delivery.receipt'], ['agentd', 'after delivery.receipt'],
  ['relay', 'before bus.report'], ['relay', 'after bus.report'], ['relay', 'before inbox.ack'], ['relay', 'after inbox.ack'],
]
const quick = new Set(['orchestrator after bus.putInbox', 'agentd after delivery.post', 'relay after bus.report'])

export const faults: Family = Object.fromEntries(points.map(([service, point]) => [`${service} ${point}`, {
  promise: 'The message stands once in the conversation, and is called delivered only when it does.',
  quick: quick.has(`${service} ${point}`),
  run: async (rig) => {
    const id = await rig.spawn('told')
    await rig.tell(id, 'Before the fault.')
    await rig.quiet(id)
    const death = await arm(rig, service, point, id)
    await rig.tell(id, 'Through the fault.')
    await rig.tell(id, 'Right behind it.')
    await death.reached()
    if (service !== 'agentd') await rig.healthy(service)
    await rig.until('all three are delivered', 120_000, async () => {
      const left = await rig.sql<{ id: string; delivery: string }>(`select id, delivery from messages where recipient = 'session:${id}' and delivery not in ('delivered', 'seen', 'answered')`)
      return left.length === 0 || `${left.length} are ${left[0]?.delivery}`
    })
    await rig.tell(id, 'After the fault.')
  },
}]))
