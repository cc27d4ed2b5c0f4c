/**
 * A session's inbox: what waits goes to agentd while the link is up, one batch in flight, in order. A message is acknowledged
 * when its receipt has been committed, also one whose answer was the result of a held call: if that died with the CLI it goes as a message after
 * all. When the link drops, what was in flight waits again, in its place.
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
  /** All that waited when the session was opened has been taken. */
  caughtUp: () => void
  /** Sends over the link now; false when it is not up. */
  linkUp(send: (frame: link.ToAgent) => boolean, boot: string): void
  linkDown(): void
  /** Receipts that have been committed. */
  received(messages: readonly MessageId[]): void
  /** Receipts that could not be committed. */
  bringAgain(messages: readonly MessageId[]): void
  /** The limit is over: what waits goes on. */
  open(): void
  /** The session's model is asked, with this body. */
  modelAsked(request: string): void
  /** The CLI's process ended: what it was given and had not written down is gone with it. */
  cliGone(): void
  /** A turn ended at this moment, ISO: what was given in it and was not read by then never will be. */
  turnOver(at: string): void
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
  let booted: string | null = null
  let complete = false

  const beat = setInterval(() => {
    for (const entry of [...inFlight.values(), ...waiting.values(), ...given.all()]) entry.working()
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
  const settle = (id: MessageId, entry = inFlight.get(id) ?? waiting.get(id) ?? given.take(id)): void => {
    remember(id)
    entry?.ack()
    inFlight.delete(id)
    waiting.delete(id)
  }
  const tell = (messages: MessageId[], state: 'delivered' | 'seen') => reporter.send({ type: 'frame', frame: { type: 'receipt', messages, state, at: new Date().toISOString() } })
  /** Whether its call is answered with it. The answer to a permission is worth nothing without its call, so it never goes again. */
  const answerHeld = async (entry: InboxEntry, answer: NonNullable<bus.InboxItem['answer']>): Promise<boolean> => {
    const id = entry.item.delivery.message
    const question = await held.offer(answer.question, { id, text: answer.text, option: answer.option, by: answer.by })
    if (!question) return false
    inFlight.delete(id)
    waiting.delete(id)
    if (question.origin === 'permission') settle(id, entry)
    else given.add(entry, question)
    await tell([id], 'delivered')
    return true
  }
  const asMessages = (entries: InboxEntry[]): void => {
    if (entries.length === 0) return
    const later = [...waiting]
    waiting.clear()
    for (const [id, entry] of [...entries.map((entry) => [entry.item.delivery.message, entry] as const), ...later]) waiting.set(id, entry)
    pump()
  }
  /** A CLI that begins again is told to go on together with what waits for it: is there anything? */
  const sayWhatWaits = (): void => {
    if (limited()) send?.({ type: 'inbox', state: 'held' })
    else if (complete && waiting.size === 0 && inFlight.size === 0) send?.({ type: 'inbox', state: 'empty' })
  }
  const place = async (entry: InboxEntry): Promise<void> => {
    const { delivery, answer } = entry.item
    const id = delivery.message
    if (inFlight.has(id)) inFlight.set(id, entry)
    else if (settled.has(id)) settle(id, entry)
    else if (!given.renew(entry) && !(answer && !limited() && (await answerHeld(entry, answer)))) waiting.set(id, entry)
    pump()
  }
  /** A question that was asked again after a restart may have its answer here already. Away while it is offered, or it could leave as a message too. */
  const giveWaiting = async (question: MessageId): Promise<void> => {
    const answers = [...waiting, ...inFlight].filter(([, entry]) => entry.item.answer?.question === question)
    for (const [id, entry] of answers) {
      waiting.delete(id)
      await place(entry)
      if (entry.item.answer && inFlight.has(id)) await answerHeld(entry, entry.item.answer)
    }
    pump()
  }
  const inOrder = (step: () => Promise<void>): void => {
    order = order.then(step).catch((error: unknown) => log('an inbox message could not be placed', { session, error }))
  }
  return {
    take: (entry) => inOrder(() => place(entry)),
    caughtUp: () => inOrder(async () => {
      complete = true
      sayWhatWaits()
    }),
    open: () => inOrder(async () => {
      // Answers that were held back go to the calls that wait for them, if they still do.
      for (const entry of waiting.values()) if (entry.item.answer) await answerHeld(entry, entry.item.answer)
      pump()
      sayWhatWaits()
    }),
    modelAsked(request) {
      const seen = given.seenIn(request)
      if (seen.length > 0) void tell(seen.map((entry) => entry.item.delivery.message), 'seen')
    },
    cliGone: () => inOrder(async () => {
      asMessages(given.takeAll())
      sayWhatWaits()
    }),
    turnOver(at) {
      const { read, unread } = given.over(Date.parse(at))
      for (const entry of read) settle(entry.item.delivery.message, entry)
      asMessages(unread)
    },
    revisit: (question) => inOrder(() => giveWaiting(question)),
    linkUp(sender, boot) {
      send = sender
      if (booted !== null && booted !== boot) asMessages(given.takeAll())
      booted = boot
      pump()
      // After what is being placed.
      inOrder(async () => sayWhatWaits())
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
    bringAgain(messages) {
      const entries = messages.flatMap((id) => inFlight.get(id) ?? [])
      for (const id of messages) inFlight.delete(id)
      asMessages(entries)
    },
    close() {
      clearInterval(beat)
      send = null
    },
  }
}
