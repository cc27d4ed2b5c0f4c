import { useEffectEvent, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { createLoader, type Loader, type LoaderState } from './loader.ts'
import type { Result } from '@orchestra/contracts'

export type Live<T> = LoaderState<T> & { reload: () => void }

/**
 * Loads, and loads again whenever `version` changes, one request at a time.
 * @param key changes when something else is shown: what was loaded for the old key is dropped.
 */
export const useLive = <T,>(key: string, version: number | string, load: () => Promise<Result<T>>): Live<T> => {
  const [held, setHeld] = useState<{ key: string; loader: Loader<T> }>(() => ({ key, loader: createLoader<T>() }))
  let { loader } = held
  if (held.key !== key) {
    loader = createLoader<T>()
    setHeld({ key, loader })
  }
  const request = useEffectEvent(() => loader.request(load))
  // Before the browser paints what led to it: a frame less until the answer is on the screen.
  useLayoutEffect(() => { request() }, [loader, version])
  const state = useSyncExternalStore(loader.subscribe, loader.get)
  return { ...state, reload: () => loader.request(load) }
}

let now = Date.now()
let ticking: ReturnType<typeof setInterval> | undefined
const clocks = new Set<() => void>()
const tick = () => {
  now = Date.now()
  for (const renew of clocks) renew()
}
const onTick = (renew: () => void): (() => void) => {
  clocks.add(renew)
  if (ticking === undefined) {
    now = Date.now()
    ticking = setInterval(tick, 1000)
  }
  return () => {
    clocks.delete(renew)
    if (clocks.size > 0) return
    clearInterval(ticking)
    ticking = undefined
  }
}

/**
 * The present time, renewed every second: all clocks of the page go together, in one update.
 * @param say what is shown of the time; only when that changes is anything drawn anew
 */
export const useNow = <T extends string | number>(say: (now: number) => T): T => useSyncExternalStore(onTick, () => say(now))

/** Whether a media query holds now. */
export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
