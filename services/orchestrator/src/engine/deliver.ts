/** Puts messages into rows and on their way. */
import { randomUUID } from 'node:crypto'
import type { Actor, MessageId, MessageKind, QuestionOrigin, SessionId } from '@orchestra/contracts'
import { hopsAfter } from '../domain/hops.ts'
import { inboxItem } from '../domain/messages.ts'
import { newMessage } from '../domain/new-rows.ts'
import type { MessageRow, SessionRow } from '../domain/rows.ts'
import type { Tx } from '../ports/store.ts'
import type { Core } from './core.ts'
import { escalateEffect } from './escalate.ts'
import type { EffectHandlers } from './worker.ts'

export const newMessageId = (): MessageId => randomUUID() as MessageId

const toInbox = (tx: Tx, message: MessageRow, to: SessionId): Promise<void> =>
  tx.effect({ kind: 'inbox.put', lane: `inbox:${to}`, payload: { message: message.id }, session: to, actor: message.from })

const canReceive = (s: SessionRow): boolean => s.role !== 'check' && s.phase !== 'deleted' && s.phase !== 'deleting'

const countHop = async (tx: Tx, from: Actor, to: SessionId): Promise<void> => {
  const receiver = await tx.session(to)
  if (!receiver) return
  const hops = hopsAfter(receiver.hops, from, from.kind === 'session' ? await tx.session(from.id) : null)
  if (hops !== receiver.hops) await tx.putSession({ ...receiver, hops })
}

/** One more delivery of a message: another row, so that each receiver has its own receipt. */
export const copyTo = async (tx: Tx, original: MessageRow, to: SessionId, now: string): Promise<void> => {
  await countHop(tx, original.from, to)
  const copy = newMessage({ id: newMessageId(), projectId: original.projectId, kind: original.kind, from: original.from, to: { kind: 'session', id: to }, text: original.text, inReplyTo: original.inReplyTo, copyOf: original.id, now })
  await tx.putMessage({ ...copy, state: 'none' })
  await toInbox(tx, copy, to)
}

export type Outgoing = {
  kind: MessageKind
  from: Actor
  to: MessageRow['to']
  text: string
  options?: string[]
  recommended?: number | null
  origin?: QuestionOrigin | null
  inReplyTo?: MessageId | null
  /** A report that is no affair of the designer's. */
  personOnly?: boolean
  /** For a question that the designer is asked first. */
  designerUntil?: string | null
}

/**
 * Commits a message with what its delivery needs. What an executor asks, reports or completes goes to the person, and as a
 * copy to the designer, except a permission prompt: no agent approves anything.
 */
export const post = async (core: Core, tx: Tx, now: string, m: Outgoing): Promise<MessageRow> => {
  const row: MessageRow = { ...newMessage({ id: newMessageId(), projectId: core.project, now, ...m }), designerUntil: m.designerUntil ?? null }
  await tx.putMessage(row)
  const sender = m.from.kind === 'session' ? m.from.id : null
  await tx.event({ type: 'message.sent', session: sender ?? (m.to.kind === 'session' ? m.to.id : null), actor: m.from, data: { message: row.id, kind: m.kind, to: m.to.kind === 'session' ? m.to.id : m.to.kind, text: m.text.slice(0, 2000) } })
  if (m.to.kind === 'session') { await countHop(tx, m.from, m.to.id); await toInbox(tx, row, m.to.id) }
  const others = (await tx.sessions()).filter((s) => canReceive(s) && s.id !== sender)
  if (m.to.kind === 'all') for (const s of others) await copyTo(tx, row, s.id, now)
  const reports = m.kind === 'question' || m.kind === 'error' || m.kind === 'complete'
  if (m.to.kind === 'person' && reports && sender && m.origin !== 'permission' && !m.personOnly) {
    const designer = others.find((s) => s.role === 'designer')
    if (designer) await copyTo(tx, row, designer.id, now)
  }
  return row
}

type PutInbox = { message: MessageId }

/** What is no longer queued is not put. The same message put twice is taken once. */
export const putInbox = async ({ store, bus }: Core, message: MessageId): Promise<void> => {
  const row = await store.read.message(message)
  if (!row || row.to.kind !== 'session' || row.delivery !== 'queued') return
  const original = row.copyOf ? await store.read.message(row.copyOf) : null
  const question = row.inReplyTo ? await store.read.message(row.inReplyTo) : null
  await bus.putInbox(row.to.id, inboxItem(row, original, question))
}

export const messageEffects: EffectHandlers = {
  'question.escalate': { attempts: Number.POSITIVE_INFINITY, perform: escalateEffect },
  'inbox.put': {
    // NATS may be away for as long as it likes: the message stays queued, and says so.
    attempts: Number.POSITIVE_INFINITY,
    perform: async (core, effect) => {
      await core.inboxesWhole()
      await putInbox(core, (effect.payload as PutInbox).message)
    },
  },
}
