import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline'
import { labels, SessionId } from '@orchestra/contracts'
import type { ContainerFact, Result } from '@orchestra/contracts'
import type { Context } from '../context.ts'
import { factOf, missing } from '../fact.ts'

const ACTIONS = ['start', 'die', 'oom', 'pause', 'unpause', 'destroy']

/**
 * Facts as the engine's events come in, until the engine or the reader closes. Hints only: the engine keeps few past events and
 * drops what nobody reads, so the truth is `list`. Each fact is looked up anew, never taken from the event's own words.
 */
export const watch = async ({ config, engine, ledger }: Context): Promise<Result<{ source: Readable; facts: AsyncIterable<ContainerFact> }>> => {
  const events = await engine.events(`${labels.install}=${config.install}`, ACTIONS)
  if (!events.ok) return events
  const source = events.value
  const lines = createInterface({ input: source })
  // A stream that is cut, by the engine or by the reader, ends in an error and never in 'end'; both end the watching.
  lines.on('error', () => undefined)
  source.on('close', () => lines.close())
  const facts = async function* () {
    for await (const line of lines) {
      const event = JSON.parse(line) as { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } }
      const session = SessionId.safeParse(event.Actor?.Attributes?.[labels.session])
      const id = event.Actor?.ID
      if (!session.success || id === undefined) continue
      if (event.Action === 'destroy') {
        // A container made anew under the same session is not missing.
        if ((ledger.idOf(session.data) ?? id) === id) yield missing(session.data)
        continue
      }
      if (ledger.idOf(session.data) !== id) continue
      const now = await engine.inspect(id)
      if (now.ok && now.value !== null) yield factOf(now.value)
    }
  }
  return { ok: true, value: { source, facts: facts() } }
}
