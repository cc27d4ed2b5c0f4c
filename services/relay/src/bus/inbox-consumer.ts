import { bus } from '@orchestra/contracts'
import type { SessionId } from '@orchestra/contracts'
import { AckPolicy, DeliverPolicy, jetstream, JetStreamApiError, jetstreamManager } from '@nats-io/jetstream'
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Log } from '../log.ts'
import type { InboxEntry } from './port.ts'

const stream = bus.streams.inbox.name
const durable = (session: SessionId) => `inbox-${session}`
const NOT_FOUND = new Set([10014, 10059])
const isMissing = (error: unknown) => error instanceof JetStreamApiError && NOT_FOUND.has(error.code)

/**
 * The session's consumer is made anew each time: the stream keeps what no receipt has acknowledged, so a new consumer hands
 * out exactly that, at once and in order, whatever the relay before it had in its hands when it ended.
 */
export const consumeInbox = (nc: NatsConnection, session: SessionId, onEntry: (entry: InboxEntry) => void, onCaughtUp: () => void, log: Log): { close(): Promise<void> } => {
  let closed = false
  let messages: ConsumerMessages | null = null
  let wake = (): void => undefined
  const pause = (ms: number) => new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    wake = () => { clearTimeout(timer); resolve() }
  })

  const consume = async (): Promise<void> => {
    const manager = await jetstreamManager(nc)
    await manager.consumers.delete(stream, durable(session)).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
    const { num_pending: waiting } = await manager.consumers.add(stream, {
      durable_name: durable(session),
      filter_subject: bus.subjects.inbox(session),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(60_000),
      max_ack_pending: 500,
    })
    const consumer = await jetstream(nc).consumers.get(stream, durable(session))
    messages = await consumer.consume({ max_messages: 100, expires: 30_000, abort_on_missing_resource: true })
    // Closing would wait for the end of a loop that never began.
    if (closed) return messages.stop()
    let left = waiting
    if (left === 0) onCaughtUp()
    for await (const message of messages) {
      take(message)
      left -= 1
      if (left === 0) onCaughtUp()
    }
  }
  const take = (message: JsMsg): void => {
    const parsed = bus.InboxItem.safeParse(readJson(message))
    if (!parsed.success) {
      log('an inbox message can not be read and is dropped', { session, error: parsed.error })
      message.term('unreadable')
      return
    }
    onEntry({ seq: message.seq, item: parsed.data, ack: () => message.ack(), working: () => message.working() })
  }
  const run = async (): Promise<void> => {
    for (let failures = 0; !closed; failures += 1) {
      try {
        await consume()
      } catch (error) {
        if (closed) return
        if (failures % 10 === 0) log('inbox not readable now, trying again', { session, error })
      }
      if (!closed) await pause(Math.min(200 * 2 ** Math.min(failures, 5), 5000))
    }
  }
  const running = run()
  return {
    async close() {
      closed = true
      wake()
      await messages?.close()
      await running
    },
  }
}

export const dropInbox = async (nc: NatsConnection, session: SessionId): Promise<void> => {
  const manager = await jetstreamManager(nc)
  const unlessMissing = (error: unknown) => {
    if (!isMissing(error)) throw error
    return null
  }
  await manager.consumers.delete(stream, durable(session)).catch(unlessMissing)
  await manager.streams.purge(stream, { filter: bus.subjects.inbox(session) }).catch(unlessMissing)
}

const readJson = (message: JsMsg): unknown => {
  try {
    return message.json()
  } catch {
    return undefined // not JSON: the schema refuses it and the caller says so
  }
}
