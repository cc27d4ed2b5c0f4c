import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useStore } from '../store.ts'
import { loadAgain } from './lazily.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

test('a part that cannot be had while the stack is away is loaded when it is back', async () => {
  useStore.setState({ connection: 'stale' })
  const load = vi.fn(async () => {
    if (useStore.getState().connection !== 'live') throw new Error('failed to fetch')
    return 'part'
  })
  const loaded = loadAgain(load)
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(load).toHaveBeenCalledTimes(1)
  useStore.setState({ connection: 'live' })
  await vi.advanceTimersByTimeAsync(1000)
  expect(await loaded).toBe('part')
})

test('a part that is not there is tried a few times, then said to have failed', async () => {
  useStore.setState({ connection: 'live' })
  const load = vi.fn(() => Promise.reject(new Error('404')))
  const failed = loadAgain(load).catch((e: unknown) => String(e))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await failed).toBe('Error: 404')
  expect(load).toHaveBeenCalledTimes(5)
})
