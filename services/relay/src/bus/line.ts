/**
 * The connection to the bus as whoever waits for a reply needs it. What was asked when it broke, or while it is away, is dropped without a
 * word and its reply with it: that is said at once, not when the time is over.
 */
import { EventEmitter, once } from 'node:events'
import { RequestError } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'

export type Line = {
  up(): boolean
  /** Resolves when it is up; rejects with a RequestError when it is not within so many ms. */
  back(ms: number): Promise<void>
  /** What the reply settles to; rejects with a RequestError when the connection breaks first. */
  uncut<T>(reply: Promise<T>): Promise<T>
}

export const makeLine = (nc: NatsConnection): Line => {
  const changes = new EventEmitter().setMaxListeners(0)
  let up = true
  void follow(nc, (now) => { up = now; changes.emit(now ? 'back' : 'cut') })
  return {
    up: () => up,
    async back(ms) {
      if (up) return
      await once(changes, 'back', { signal: AbortSignal.timeout(ms) }).catch((error: unknown) => { throw new RequestError('the bus is away', { cause: error }) })
    },
    uncut: (reply) => new Promise((resolve, reject) => {
      const cut = (): void => reject(new RequestError('the connection to the bus broke'))
      changes.once('cut', cut)
      reply.then(resolve, reject).finally(() => changes.off('cut', cut))
    }),
  }
}

const follow = async (nc: NatsConnection, onChange: (up: boolean) => void): Promise<void> => {
  for await (const status of nc.status()) {
    if (status.type === 'disconnect') onChange(false)
    if (status.type === 'reconnect') onChange(true)
  }
}
