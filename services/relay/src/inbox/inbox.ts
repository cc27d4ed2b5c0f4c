/**
 * A session's inbox: what waits goes to agentd while the link is up, one batch in flight, in order. A message is acknowledged
 * when its receipt has been committed, or when its answer was the result of a held call. When the link drops, what was in flight
 * waits again, in its place.
 */
import type { bus, link, MessageId, SessionId } from '@orchestra/contracts'
import type { Held } from '../asks/held.ts'
import type { InboxEntry } from '../bus/port.ts'
import type { Log } from '../log.ts'
import type { Reporter } from '../reports/reporter.ts'
import { batchSize } from './batch.ts'

export type Inbox = {
  take: (entry: InboxEntry) => void
  /** Sends over the link now; false when it is not up. */
  linkUp(send: (frame: link.ToAgent) => boolean): void
  linkDown(): void
  /** Receipts that have been committed. */
  received(messages: readonly MessageId[]): void
  /** This question is held now: an answer to it that waits here is its result. */
  revisit(question: MessageId): void
  close(): void
}

const WORKING_EVERY = 20_000
/** Receipts remembered without their message: most are repeats for one that is settled long since. */
const EARLY = 1000

export const makeInbox = (session: SessionId, held: Held, reporter: Reporter, log: Log): Inbox => {
  const waiting = new Map<MessageId, InboxEntry>()
  const inFlight = new Map<MessageId, InboxEntry>()
  /** Received before the stream handed them out: agentd had them from the relay before this one. */
  const early = new Set<MessageId>()
  let send: ((frame: link.ToAgent) => boolean) | null = null
  let order = Promise.resolve()

  const beat = setInterval(() => {
    for (const entry of [...inFlight.values(), ...waiting.values()]) entry.working()
  }, WORKING_EVERY)

  const pump = (): void => {
    if (!send || inFlight.size > 0 || waiting.size === 0) return
    const next = [...waiting.entries()]
    const batch = next.slice(0, batchSize(next.map(([, entry]) => entry.item.delivery.text)))
    if (!send({ type: 'deliver', deliveries: batch.map(([, entry]) => entry.item.delivery) })) return
    for (const [id, entry] of batch) {
      waiting.delete(id)
      inFlight.set(id, entry)
    }
  }
  const remember = (id: MessageId): void => {
    early.add(id)
    const [oldest] = early
    if (oldest && early.size > EARLY) early.delete(oldest)
  }
  const settle = (id: MessageId): void => {
    const entry = inFlight.get(id) ?? waiting.get(id)
    if (!entry) return remember(id)
    entry.ack()
    inFlight.delete(id)
    waiting.delete(id)
  }
  const answerHeld = async (id: MessageId, answer: NonNullable<bus.InboxItem['answer']>): Promise<boolean> => {
    const taken = await held.offer(answer.question, { text: answer.text, option: answer.option, by: answer.by })
    if (taken) await reporter.send({ type: 'frame', frame: { type: 'receipt', messages: [id], state: 'delivered', at: new Date().toISOString() } })
    return taken
  }
  const place = async (entry: InboxEntry): Promise<void> => {
    const id = entry.item.delivery.message
    const known = inFlight.has(id) ? inFlight : waiting.has(id) ? waiting : null
    if (known) known.set(id, entry)
    else if (early.delete(id) || (entry.item.answer && (await answerHeld(id, entry.item.answer)))) entry.ack()
    else waiting.set(id, entry)
    pump()
  }
  /** A question that was asked again after a restart may have its answer here already. */
  const giveWaiting = async (question: MessageId): Promise<void> => {
    for (const [id, entry] of [...waiting, ...inFlight]) {
      const { answer } = entry.item
      if (answer?.question === question && (await answerHeld(id, answer))) settle(id)
    }
    pump()
  }
  const inOrder = (step: () => Promise<void>): void => {
    order = order.then(step).catch((error: unknown) => log('an inbox message could not be placed', { session, error }))
  }
  return {
    take: (entry) => inOrder(() => place(entry)),
    revisit: (question) => inOrder(() => giveWaiting(question)),
    linkUp(sender) {
      send = sender
      pump()
    },
    linkDown() {
      send = null
      const later = [...waiting]
      waiting.clear()
      for (const [id, entry] of [...inFlight, ...later]) waiting.set(id, entry)
      inFlight.clear()
    },
    received(messages) {
      for (const id of messages) settle(id)
      pump()
    },
    close() {
      clearInterval(beat)
      send = null
    },
  }
}
