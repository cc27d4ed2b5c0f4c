import type { Problem, Result } from '@orchestra/contracts'

export type LoaderState<T> = { value: T | null; problem: Problem | null; loading: boolean }

export type Loader<T> = {
  get: () => LoaderState<T>
  subscribe: (changed: () => void) => () => void
  /** Loads now, or once more when the request that runs has come back. */
  request: (load: () => Promise<Result<T>>) => void
}

/**
 * One request at a time. Requests while it runs lead to exactly one more: neither does a fast writer starve the page, nor can an
 * old reply overwrite a newer one. A failure keeps the last value beside the problem.
 */
export const createLoader = <T>(): Loader<T> => {
  let state: LoaderState<T> = { value: null, problem: null, loading: true }
  let running = false
  let next: (() => Promise<Result<T>>) | null = null
  const listeners = new Set<() => void>()
  const run = async (load: () => Promise<Result<T>>): Promise<void> => {
    running = true
    const result = await load()
    running = false
    state = result.ok ? { value: result.value, problem: null, loading: false } : { value: state.value, problem: result.problem, loading: false }
    for (const changed of listeners) changed()
    const queued = next
    next = null
    if (queued) await run(queued)
  }
  return {
    get: () => state,
    subscribe: (changed) => { listeners.add(changed); return () => listeners.delete(changed) },
    request: (load) => { if (running) next = load; else void run(load) },
  }
}
