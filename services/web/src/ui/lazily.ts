import { lazy, type ComponentType } from 'react'
import { useStore } from '../store.ts'

const TRIES = 4
const WAIT_MS = 400

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
/** No network, or nobody at its end: what can't be had now is no failure. A socket may outlive the network for a while, hence both. */
const away = (): boolean => navigator.onLine === false || useStore.getState().connection !== 'live'

/** Tries again for as long as the stack is away, then a few times more; rejects with the last failure. */
export const loadAgain = async <T>(load: () => Promise<T>, left = TRIES): Promise<T> => {
  try {
    return await load()
  } catch (cause) {
    if (away()) {
      while (away()) await pause(WAIT_MS)
      return loadAgain(load)
    }
    if (left === 0) throw cause
    await pause(WAIT_MS * (TRIES - left + 1))
    return loadAgain(load, left - 1)
  }
}

/**
 * A part of the page that is loaded when it is needed. A network that changes under the page (a laptop that wakes, a container
 * network that is made) fails a request once; React would remember that failure for good.
 */
export const lazily = <P,>(load: () => Promise<{ default: ComponentType<P> }>) => lazy(() => loadAgain(load))
