import { useEffect, useState } from 'react'
import type { AttentionView } from '@orchestra/contracts'
import { lookOf } from '../features/attention/looks.ts'
import { useStore } from '../store.ts'
import { sentence } from './sentence.ts'

const APART_MS = 10_000
/** Errors and failed starts: the server's first rank. */
const URGENT = 0

/** Says to a screen reader what newly needs the person: one sentence in ten seconds, errors at once. */
export const Announcer = () => {
  const [polite, setPolite] = useState('')
  const [urgent, setUrgent] = useState('')
  useEffect(() => {
    let known: Set<string> | null = null
    let queue: AttentionView[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = 0
    const say = () => {
      timer = undefined
      last = Date.now()
      setPolite(sentence(queue.map((i) => ({ word: lookOf(i.kind).word, session: i.session }))))
      queue = []
    }
    const look = (items: AttentionView[], epoch: number) => {
      if (epoch === 0) return
      const fresh = known ? items.filter((i) => !known?.has(i.id)) : []
      known = new Set(items.map((i) => i.id))
      const errors = fresh.filter((i) => i.rank === URGENT)
      if (errors.length) setUrgent(sentence(errors.map((i) => ({ word: lookOf(i.kind).word, session: i.session }))))
      queue.push(...fresh.filter((i) => i.rank !== URGENT))
      if (queue.length && timer === undefined) timer = setTimeout(say, Math.max(500, last + APART_MS - Date.now()))
    }
    const start = useStore.getState()
    look(start.attention, start.epoch)
    let before = start.attention
    const stop = useStore.subscribe((s) => { if (s.attention !== before) { before = s.attention; look(s.attention, s.epoch) } })
    return () => { stop(); clearTimeout(timer) }
  }, [])
  return (
    <>
      <div aria-live="polite" data-testid="announcer" className="sr-only">{polite}</div>
      <div aria-live="assertive" className="sr-only">{urgent}</div>
    </>
  )
}
