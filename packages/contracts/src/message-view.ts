/** A message, how far it got, and for a question what became of it. */
import { z } from 'zod'
import { Actor, MessageId, ProjectId, SessionId, Timestamp } from './ids.ts'
import { WaitsFor } from './session-view.ts'

export const MessageKind = z.enum(['note', 'question', 'error', 'complete', 'answer'])
export type MessageKind = z.infer<typeof MessageKind>
/**
 * How far a message got. queued: committed here. delivered: it stands in its receiver's conversation, as the CLI wrote it down. seen: the
 * model has spoken or acted since. answered: the turn that read it has ended, or, for a question, somebody answered. failed: it never
 * arrives, with the reason. Shown to a person counts as delivered.
 */
export const Delivery = z.enum(['queued', 'delivered', 'seen', 'answered', 'failed'])
export type Delivery = z.infer<typeof Delivery>

/** One receiver of a message to all. */
export const Receiver = z.object({ session: SessionId, delivery: Delivery, reason: z.string().nullable(), at: Timestamp })
export type Receiver = z.infer<typeof Receiver>

/** Where a question came from: our tool, the CLI's own question tool, its permission prompt, or the system (an approval). */
export const QuestionOrigin = z.enum(['tool', 'native', 'permission', 'system'])
export type QuestionOrigin = z.infer<typeof QuestionOrigin>

export const MessageView = z.object({
  id: MessageId,
  seq: z.number(),
  projectId: ProjectId,
  kind: MessageKind,
  from: Actor,
  /** A session, the person, or everybody. */
  to: z.discriminatedUnion('kind', [z.object({ kind: z.literal('person') }), z.object({ kind: z.literal('session'), id: SessionId }), z.object({ kind: z.literal('all') })]),
  text: z.string(),
  options: z.array(z.string()).default([]),
  recommended: z.number().nullable().default(null),
  origin: QuestionOrigin.nullable().default(null),
  /** For an answer: the question. */
  inReplyTo: MessageId.nullable(),
  /** For a question: open until answered or withdrawn. */
  state: z.enum(['none', 'open', 'answered', 'withdrawn']),
  answer: z.object({ text: z.string(), by: Actor, at: Timestamp }).nullable(),
  /** For an open question: who is asked now. */
  waitsFor: WaitsFor.nullable().default(null),
  /** What the designer says about a question that it passed on to the person. */
  note: z.string().nullable().default(null),
  delivery: Delivery,
  /** Why it failed, or why it still waits. */
  deliveryReason: z.string().nullable().default(null),
  sentAt: Timestamp,
  deliveredAt: Timestamp.nullable(),
  seenAt: Timestamp.nullable(),
  answeredAt: Timestamp.nullable().default(null),
  /** For a message to all: each receiver with its receipt. */
  receivers: z.array(Receiver).default([]),
})
export type MessageView = z.infer<typeof MessageView>
