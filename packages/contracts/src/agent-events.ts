/**
 * What a coding CLI did, in words that no CLI owns. A profile in the agent image turns its CLI's hooks into these; all of it
 * comes from inside the container, so it can spoil that session's own record and proves nothing.
 */
import { z } from 'zod'
import { Timestamp } from './ids.ts'
import { limits } from './limits.ts'

const base = { at: Timestamp, /** turn that it belongs to */ turn: z.string().max(100).optional() }
const long = z.string().max(limits.hookEvent)

export const AgentEvent = z.discriminatedUnion('type', [
  z.object({ ...base, type: z.literal('cli.started'), resumed: z.boolean(), conversation: z.string().max(100) }),
  z.object({ ...base, type: z.literal('cli.exited'), code: z.number().nullable(), reason: z.string().max(2000) }),
  z.object({ ...base, type: z.literal('prompt'), text: long, /** messages that it carried, when it came through the inbox */ messages: z.array(z.uuid()).default([]) }),
  z.object({ ...base, type: z.literal('tool.started'), call: z.string().max(200), tool: z.string().max(200), input: z.unknown() }),
  z.object({ ...base, type: z.literal('tool.finished'), call: z.string().max(200), tool: z.string().max(200), input: z.unknown(), output: long, ok: z.boolean(), ms: z.number().optional(), exitCode: z.number().nullable().optional() }),
  z.object({ ...base, type: z.literal('text'), text: long }),
  z.object({ ...base, type: z.literal('turn.ended'), text: long }),
  z.object({ ...base, type: z.literal('turn.failed'), error: z.string().max(200), text: long }),
  z.object({ ...base, type: z.literal('dialog.opened'), what: z.string().max(2000) }),
  z.object({ ...base, type: z.literal('dialog.closed'), what: z.string().max(2000) }),
  z.object({ ...base, type: z.literal('notice'), text: z.string().max(4000) }),
])
export type AgentEvent = z.infer<typeof AgentEvent>
