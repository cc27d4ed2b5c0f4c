import { AgentEvent, fail, link, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'
import { z } from 'zod'

type Events = Extract<link.FromAgent, { type: 'events' }>

/** Cuts an events frame into reports that fit `max` bytes. An event that alone is larger becomes a notice, so that the numbers go on. */
export const splitEvents = (frame: Events, max: number): Events[] => {
  const parts: Events[] = []
  let part: Events = { type: 'events', from: frame.from, events: [] }
  let bytes = 0
  frame.events.forEach((event, index) => {
    let kept: AgentEvent = event
    let size = Buffer.byteLength(JSON.stringify(event)) + 1
    if (size > max) {
      kept = { type: 'notice', at: event.at, text: `An event of type ${event.type} with ${size} bytes was left out: ${max} fit.` }
      size = Buffer.byteLength(JSON.stringify(kept)) + 1
    }
    if (bytes + size > max && part.events.length > 0) {
      parts.push(part)
      part = { type: 'events', from: frame.from + index, events: [] }
      bytes = 0
    }
    part.events.push(kept)
    bytes += size
  })
  return part.events.length > 0 ? [...parts, part] : parts
}

const LooseEvents = z.object({ type: z.literal('events'), from: z.number().int(), events: z.array(z.unknown()).max(200) })

/** A frame of agentd. Within `events`, one that breaks its schema becomes a notice, so that the others are kept. */
export const readFrame = (text: string): Result<link.FromAgent> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return fail(problem('bad_input', 'A frame is not JSON.', { detail: String(error) }))
  }
  const frame = link.FromAgent.safeParse(json)
  if (frame.success) return ok(frame.data)
  const loose = LooseEvents.safeParse(json)
  if (!loose.success) return fail(problem('bad_input', 'A frame is not one of this protocol.', { detail: frame.error.message }))
  return ok({ ...loose.data, events: loose.data.events.map(readEvent) })
}

const readEvent = (raw: unknown): AgentEvent => {
  const event = AgentEvent.safeParse(raw)
  if (event.success) return event.data
  return { type: 'notice', at: new Date().toISOString(), text: `An event could not be read: ${event.error.message}`.slice(0, 1000) }
}
