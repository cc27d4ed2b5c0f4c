import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react'
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
  useEffect(() => { request() }, [loader, version])
  const state = useSyncExternalStore(loader.subscribe, loader.get)
  return { ...state, reload: () => loader.request(load) }
}

/** The present time, renewed every `ms` for clocks. */
export const useNow = (ms = 1000): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms)
    return () => clearInterval(timer)
  }, [ms])
  return now
}

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
