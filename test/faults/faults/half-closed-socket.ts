/** The relay takes bytes and says nothing: stopped, not dead, so that every connection stands and none answers. */
import type { Family } from '../frame/fault.ts'
import { forSeconds } from '../frame/rig.ts'

export const faults: Family = Object.fromEntries((['relay', 'nats', 'postgres'] as const).map((service) => [service, {
  promise: 'Nobody waits for ever: what was sent meanwhile is answered or repeated, and arrives once.',
  run: async (rig) => {
    const id = await rig.spawn('silent')
    await rig.docker('pause', rig.service(service))
    const sends = Promise.all([rig.tell(id, `While ${service} is silent.`), rig.tell(id, `#do echo ${service} > silent.txt && git add . && git commit -qm Silent #end`)])
    await forSeconds(40)
    await rig.docker('unpause', rig.service(service))
    await sends
    await rig.quiet(id, 180_000)
    await rig.until('its commit is imported', 120_000, async () => (await rig.git('show', `${id}:silent.txt`)) === service)
  },
} satisfies Family[string]]))
