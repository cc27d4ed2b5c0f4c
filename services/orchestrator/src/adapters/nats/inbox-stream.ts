import { bus } from '@orchestra/contracts'
import { DiscardPolicy, JetStreamApiError, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import type { JetStreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'

const ALREADY_IN_USE = 10058
const NOT_FOUND = 10059

/**
 * Makes the stream of all inboxes, or brings it to these settings. A work queue: what a receipt acknowledged is gone, what is
 * left in it is what waits. A full stream refuses new messages instead of dropping old ones. The window catches quick repeats
 * of a message; later ones are caught by the message's id in the agent.
 */
export const ensureInboxStream = async (nc: NatsConnection): Promise<JetStreamManager> => {
  const manager = await jetstreamManager(nc)
  const settings = {
    subjects: [...bus.streams.inbox.subjects],
    max_bytes: 1024 ** 3,
    discard: DiscardPolicy.New,
    duplicate_window: nanos(60 * 60 * 1000),
  }
  try {
    await manager.streams.add({ name: bus.streams.inbox.name, retention: RetentionPolicy.Workqueue, storage: StorageType.File, ...settings })
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== ALREADY_IN_USE) throw error
    await manager.streams.update(bus.streams.inbox.name, settings)
  }
  return manager
}

/** How many entries wait, by subject; null when there is no stream. */
export const waitingByInbox = async (manager: JetStreamManager): Promise<Map<string, number> | null> => {
  try {
    const { state } = await manager.streams.info(bus.streams.inbox.name, { subjects_filter: '>' })
    return new Map(Object.entries(state.subjects ?? {}))
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === NOT_FOUND) return null
    throw error
  }
}
