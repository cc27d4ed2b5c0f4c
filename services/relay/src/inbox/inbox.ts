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
import { makeGiven } from './given.ts'

export type Inbox = {
  take: (entry: InboxEntry) => void
  /** Sends over the link now; false when it is not up. */
  linkUp(send: (frame: link.ToAgent) => boolean): void
  linkDown(): void
  /** Receipts that have been committed. */
  received(messages: readonly MessageId[]): void
  /** The limit is over: what waits goes on. */
  open(): void
  /** The session's model is asked, with this body. */
  modelAsked(request: string): void
  /** This question is held now: an answer to it that waits here is its result. */
  revisit(question: MessageId): void
  close(): void
}

const WORKING_EVERY = 20_000
/** Settled ids that are remembered: an acknowledgement can get lost with its connection. */
const REMEMBERED = 2000

/** `limited`: the credential's limit holds this session's messages; `open` when it no longer does. */
export const makeInbox = (session: SessionId, held: Held, reporter: Reporter, limited: () => boolean, log: Log): Inbox => {
  const waiting = new Map<MessageId, InboxEntry>()
  const inFlight = new Map<MessageId, InboxEntry>()
  /** Settled, or received before the stream handed them out: when they come (again), they only need their acknowledgement. */
  const settled = new Set<MessageId>()
  const given = makeGiven()
  let send: ((frame: link.ToAgent) => boolean) | null = null
  let order = Promise.resolve()

  const beat = setInterval(() => {
    for (const entry of [...inFlight.values(), ...waiting.values()]) entry.working()
  }, WORKING_EVERY)

  const pump = (): void => {
    if (!send || limited() || inFlight.size > 0 || waiting.size === 0) return
    const next = [...waiting.entries()]
    const batch = next.slice(0, batchSize(next.map(([, entry]) => entry.item.delivery.text)))
    if (!send({ type: 'deliver', deliveries: batch.map(([, entry]) => entry.item.delivery) })) return
    for (const [id, entry] of batch) {
      waiting.delete(id)
      inFlight.set(id, entry)
    }
  }
  const remember = (id: MessageId): void => {
    settled.add(id)
    const [oldest] = settled
    if (oldest && settled.size > REMEMBERED) settled.delete(oldest)
  }
  const settle = (id: MessageId): void => {
    remember(id)
    const entry = inFlight.get(id) ?? waiting.get(id)
    entry?.ack()
    inFlight.delete(id)
    waiting.delete(id)
  }
  const tell = (messages: MessageId[], state: 'delivered' | 'seen') => reporter.send({ type: 'frame', frame: { type: 'receipt', messages, state, at: new Date().toISOString() } })
  const answerHeld = async (id: MessageId, answer: NonNullable<bus.InboxItem['answer']>): Promise<boolean> => {
    const taken = await held.offer(answer.question, { text: answer.text, option: answer.option, by: answer.by })
    if (!taken) return false
    given.add(id, answer.text)
    await tell([id], 'delivered')
    return true
  }
  const place = async (entry: InboxEntry): Promise<void> => {
    const { delivery, answer } = entry.item
    const id = delivery.message
    if (inFlight.has(id)) inFlight.set(id, entry)
    else if (settled.has(id) || (answer && !limited() && (await answerHeld(id, answer)))) {
      remember(id)
      entry.ack()
    } else waiting.set(id, entry)
    pump()
  }
  /** A question that was asked again after a restart may have its answer here already. Away while it is offered, or it could leave as a message too. */
  const giveWaiting = async (question: MessageId): Promise<void> => {
    const answers = [...waiting, ...inFlight].filter(([, entry]) => entry.item.answer?.question === question)
    for (const [id, entry] of answers) {
      waiting.delete(id)
      await place(entry)
      if (entry.item.answer && inFlight.has(id) && (await answerHeld(id, entry.item.answer))) settle(id)
    }
    pump()
  }
  const inOrder = (step: () => Promise<void>): void => {
    order = order.then(step).catch((error: unknown) => log('an inbox message could not be placed', { session, error }))
  }
  return {
    take: (entry) => inOrder(() => place(entry)),
    open: () => inOrder(async () => {
      // Answers that were held back go to the calls that wait for them, if they still do.
      for (const [id, entry] of [...waiting].filter(([, one]) => one.item.answer)) {
        if (entry.item.answer && (await answerHeld(id, entry.item.answer))) settle(id)
      }
      pump()
    }),
    modelAsked(request) {
      const seen = given.seenIn(request)
      if (seen.length > 0) void tell(seen, 'seen')
    },
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
