/**
 * NATS subjects and their payloads, JSON. Requests are answered with a `Reply`.
 *   call.<session>      request  relay → orchestrator   an MCP tool call
 *   event.<session>     request  relay → orchestrator   frames of an agent (answered when committed)
 *   relay.<verb>        request  orchestrator → relay
 *   control.<session>   request  orchestrator → relay → agentd (answered when written to a live link)
 *   inbox.<session>     JetStream stream INBOX, message id = message's id
 *   answers.<session>   plain    orchestrator → relay: rings for held questions; truth is the inbox
 *   facts.<project>     plain    what was committed, for whoever listens
 */
import { z } from 'zod'

import { Delivery, FromAgent } from './agent-link.ts'
import { EgressCause, EgressPolicy } from './egress.ts'
import { MessageId, Role, SessionId, Timestamp } from './ids.ts'
import { Problem } from './problems.ts'
import { CredentialView, Tokens } from './views.ts'

export const subjects = {
  call: (s: string) => `call.${s}`,
  event: (s: string) => `event.${s}`,
  control: (s: string) => `control.${s}`,
  inbox: (s: string) => `inbox.${s}`,
  facts: (p: string) => `facts.${p}`,
  relay: (verb: RelayVerb) => `relay.${verb}`,
} as const
/** Where a service hears the answers to its own requests. An answer is given nowhere else: it would be said with the right of who answers. */
export const answersTo = (service: 'orchestrator' | 'relay'): string => `_INBOX_${service}`
export const isAnswerTo = (service: 'orchestrator' | 'relay', reply: string): boolean => reply.startsWith(`${answersTo(service)}.`)

export const streams = { inbox: { name: 'INBOX', subjects: ['inbox.*'] } } as const

export const Reply = z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), value: z.unknown() }), z.object({ ok: z.literal(false), problem: Problem })])
export type Reply = z.infer<typeof Reply>

export const ToolCall = z.object({ /** repeats are answered with the first reply */ id: z.uuid(), session: SessionId, tool: z.string().max(60), args: z.unknown() })
export type ToolCall = z.infer<typeof ToolCall>

/** What the relay reports about a session; the sender is the socket, so `session` is the relay's word. */
export const SessionReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('link'), session: SessionId, up: z.boolean(), at: Timestamp }),
  z.object({ type: z.literal('frame'), session: SessionId, frame: FromAgent }),
  z.object({ type: z.literal('usage'), session: SessionId, request: z.uuid(), model: z.string().max(200), tokens: Tokens, status: z.number(), /** the fullest of a subscription's windows; `used` from 0 to 1 */ window: z.object({ used: z.number(), resetsAt: Timestamp.nullable() }).nullable(), at: Timestamp }),
  z.object({ type: z.literal('limited'), session: SessionId, until: Timestamp.nullable(), text: z.string().max(2000), at: Timestamp }),
  /** Model requests do not get through, and why; null: they do again. */
  z.object({ type: z.literal('model-trouble'), session: SessionId, text: z.string().max(2000).nullable(), /** The endpoint was not reached at all: the network, not what was asked. */ away: z.boolean().default(false), at: Timestamp }),
  z.object({ type: z.literal('egress-refused'), session: SessionId, host: z.string().max(300), port: z.number(), reason: z.string().max(300), cause: EgressCause, at: Timestamp }),
  /** Asks what the session may do with the model. Reply: Allowance. */
  z.object({ type: z.literal('allowance'), session: SessionId }),
  /** A model request waits because the budget is used up; said again while it waits. */
  z.object({ type: z.literal('over-budget'), session: SessionId }),
  z.object({ type: z.literal('ask'), session: SessionId, id: z.uuid(), origin: z.enum(['tool', 'native', 'permission']), question: z.string(), options: z.array(z.string()), recommended: z.number().nullable(), /** another session that is asked; default: designer and person */ to: SessionId.optional() }),
  z.object({ type: z.literal('ask-closed'), session: SessionId, message: MessageId, reason: z.string().max(400), /** somebody answered in the session's terminal; what, where the CLI told */ terminal: z.object({ answer: z.string().max(2000).nullable() }).nullable().default(null) }),
])
export type SessionReport = z.infer<typeof SessionReport>

/** Body of an inbox message. An answer to a question that the relay still holds goes back as that call's result. */
export const InboxItem = z.object({ delivery: Delivery, answer: z.object({ question: MessageId, text: z.string(), option: z.number().nullable(), by: z.string() }).nullable() })
export type InboxItem = z.infer<typeof InboxItem>

export const relayVerbs = {
  /** Makes the session's socket (idempotent) and lets it in. Reply: {}. */
  open: z.object({ session: SessionId, role: Role }),
  /** Closes the socket and the link; the folder stays until `forget`. */
  close: z.object({ session: SessionId, forget: z.boolean().default(false) }),
  /** Reply: { sessions: [{ session, linked }] } */
  list: z.object({}),
  /** Stores and tries a credential with one real request; null keeps what is stored, twice null forgets it. Reply: CredentialView. */
  credential: z.object({ kind: z.enum(['api-key', 'subscription']), secret: z.string().min(1).max(4000).nullable(), baseUrl: z.url().nullable() }),
  /** Reply: CredentialView. */
  status: z.object({}),
  /** What agents may reach from now on; open tunnels to anything else are cut. Reply: {}. */
  egress: EgressPolicy,
  /** What sessions may do with the model changed: it is asked for anew before the next request of each. Reply: {}. */
  reallow: z.object({}),
} as const
export type RelayVerb = keyof typeof relayVerbs
export const RelayStatus = CredentialView

