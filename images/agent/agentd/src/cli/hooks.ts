/** What happens on each hook call: its events go out, its prompt is matched with what was posted, its questions are held. */
import type { AgentEvent } from '@orchestra/contracts'
import { log } from '../log.ts'
import type { Profile } from '../profiles/profile.ts'
import type { Delivery } from './delivery.ts'
import type { HookHandler } from './hookserver.ts'
import type { Questions } from './questions.ts'

export type HooksOptions = { profile: Profile; delivery: Delivery; questions: Questions; event: (event: AgentEvent) => void; /** Resolves when the CLI has our tools, or will not get them. */ toolsReady: () => Promise<void> }

/** Calls whose answer came from outside, until they are over. */
const ANSWERED = 100

export const handleHooks = (o: HooksOptions): HookHandler => {
  const answered = new Map<string, string>()
  return async (body, gone) => {
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
      return o.profile.reply.prompt(prompted.kind === 'ours' && prompted.voice === 'person', prompted.told)
    }
    for (const event of hook.events) o.event(event)
    if (hook.active) o.delivery.active()
    if (hook.finished !== null) {
      o.questions.settled(hook.finished.call, hook.finished.answer)
      o.delivery.returned([...hook.finished.returned, ...o.profile.answeredWith.of(hook.finished.call)])
    }
    if (hook.turnOver) o.questions.withdrawAll()
    if (hook.asks === null) {
      const words = answered.get(hook.finished?.call ?? '')
      answered.delete(hook.finished?.call ?? '')
      return words === undefined ? o.profile.reply.nothing() : o.profile.reply.shown(words)
    }
    const answers = await o.questions.ask(hook.asks.origin, hook.asks.call, hook.asks.questions, gone)
    if (hook.asks.origin === 'permission') o.event({ type: 'dialog.closed', at: new Date().toISOString(), what: answers === null ? 'settled in the terminal' : [...answers.values()].map((a) => `${a.by}: ${a.text}`).join(', ').slice(0, 2000) })
    if (answers === null) return o.profile.reply.nothing()
    if (hook.asks.origin === 'native') o.profile.answeredWith.add(hook.asks.call, [...answers.values()].flatMap((a) => a.message ?? []))
    const who = [...new Set([...answers.values()].map((a) => a.by))].join(' and ')
    answered.set(hook.asks.call, `Answered in Orchestra by ${who}.`)
    const [oldest] = answered.keys()
    if (oldest !== undefined && answered.size > ANSWERED) answered.delete(oldest)
    return o.profile.reply.answered(body, answers)
  }
}
