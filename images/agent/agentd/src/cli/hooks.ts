/** What happens on each hook call: its events go out, its prompt is matched with what was posted, its questions are held. */
import type { AgentEvent } from '@orchestra/contracts'
import { log } from '../log.ts'
import type { Profile } from '../profiles/profile.ts'
import type { Delivery } from './delivery.ts'
import type { HookHandler } from './hookserver.ts'
import type { Questions } from './questions.ts'

export type HooksOptions = { profile: Profile; delivery: Delivery; questions: Questions; event: (event: AgentEvent) => void; /** Resolves when the CLI has our tools, or will not get them. */ toolsReady: () => Promise<void> }

export const handleHooks = (o: HooksOptions): HookHandler => async (body, gone) => {
  const hook = o.profile.readHook(body, new Date())
  if (hook === null) {
    log('a hook call that could not be read was let through')
    return o.profile.reply.nothing()
  }
  if (hook.prompt !== null) {
    const prompted = await o.delivery.prompted(hook.prompt)
    if (prompted.kind === 'copy') return o.profile.reply.refused()
    const messages = prompted.kind === 'ours' ? prompted.messages : []
    for (const event of hook.events) o.event(event.type === 'prompt' ? { ...event, messages } : event)
    await o.toolsReady()
    return prompted.kind === 'ours' && prompted.voice === 'person' ? o.profile.reply.vouched() : o.profile.reply.nothing()
  }
  for (const event of hook.events) o.event(event)
  if (hook.active) o.delivery.active()
  if (hook.finished !== null) o.questions.settled(hook.finished)
  if (hook.turnOver) o.questions.withdrawAll()
  if (hook.asks === null) return o.profile.reply.nothing()
  const answers = await o.questions.ask(hook.asks.origin, hook.asks.call, hook.asks.questions, gone)
  if (hook.asks.origin === 'permission') o.event({ type: 'dialog.closed', at: new Date().toISOString(), what: answers === null ? 'settled in the terminal' : [...answers.values()].map((a) => `${a.by}: ${a.text}`).join(', ').slice(0, 2000) })
  return answers === null ? o.profile.reply.nothing() : o.profile.reply.answered(body, answers)
}
