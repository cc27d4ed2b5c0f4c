import { useEffect, useRef, useState } from 'react'
import type { Problem, Result } from '@orchestra/contracts'

export type Live<T> = { value: T | null; problem: Problem | null; loading: boolean; reload: () => void }

/**
 * Loads, and loads again whenever `version` changes. One request at a time: changes while it runs lead to exactly one more, so
 * neither a fast writer starves the page nor an old reply overwrites a newer one.
 * @param key changes when something else is shown: what was loaded for the old key is dropped.
 */
export const useLive = <T,>(key: string, version: number | string, load: () => Promise<Result<T>>): Live<T> => {
  const [state, setState] = useState<{ key: string; value: T | null; problem: Problem | null; loading: boolean }>({ key, value: null, problem: null, loading: true })
  const latest = useRef(load)
  latest.current = load
  const job = useRef({ key: '', running: false, again: false })
  const run = useRef(() => {})
  run.current = () => {
    const mine = job.current
    if (mine.running) { mine.again = true; return }
    mine.running = true
    mine.again = false
    void latest.current().then((result) => {
      mine.running = false
      if (job.current !== mine) return
      setState((s) => ({
        key: mine.key, loading: false,
        value: result.ok ? result.value : s.key === mine.key ? s.value : null,
        problem: result.ok ? null : result.problem,
      }))
      if (mine.again) run.current()
    })
  }
  useEffect(() => {
    if (job.current.key !== key) job.current = { key, running: false, again: false }
    run.current()
  }, [key, version])
  useEffect(() => () => { job.current = { key: '', running: false, again: false } }, [])
  const fresh = state.key === key
  return { value: fresh ? state.value : null, problem: fresh ? state.problem : null, loading: !fresh || state.loading, reload: () => run.current() }
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
export const useMedia = (query: string): boolean => {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const changed = () => setMatches(media.matches)
    changed()
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [query])
  return matches
}
