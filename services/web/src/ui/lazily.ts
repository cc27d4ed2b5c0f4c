import { lazy, type ComponentType } from 'react'

const TRIES = 4
const WAIT_MS = 400

const again = async <T>(load: () => Promise<T>, left: number): Promise<T> => {
  try {
    return await load()
  } catch (cause) {
    if (left === 0) throw cause
    await new Promise((done) => setTimeout(done, WAIT_MS * (TRIES - left + 1)))
    return again(load, left - 1)
  }
}

/**
 * A part of the page that is loaded when it is needed. A network that changes under the page (a laptop that wakes, a container
 * network that is made) fails a request once; React would remember that failure for good.
 */
export const lazily = <P,>(load: () => Promise<{ default: ComponentType<P> }>) => lazy(() => again(load, TRIES))
