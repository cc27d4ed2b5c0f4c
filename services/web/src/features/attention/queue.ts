/** The list of what needs the person as this page shows it: the server's, without what was put off, still while somebody is at it. */
import { create } from 'zustand'
import type { AttentionView } from '@orchestra/contracts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { isDue } from './looks.ts'
import { awake, SNOOZE_MS, steady, stillSnoozed, type Snoozed } from './shown.ts'

const KEY = 'orchestra.snoozed'
/** A pointer that rests this long reads no more. */
const REST_MS = 3000

type Queue = {
  items: AttentionView[]
  /** New ones that wait until nobody types or points. */
  waiting: number
  /** Put off for a while. */
  asleep: AttentionView[]
}

export const useQueue = create<Queue>(() => ({ items: [], waiting: 0, asleep: [] }))

const load = (): Snoozed => {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return found && typeof found === 'object' ? Object.fromEntries(Object.entries(found).filter((e): e is [string, number] => typeof e[1] === 'number')) : {}
  } catch (cause) {
    // A person may have edited or blocked the storage: then nothing is put off.
    if (cause instanceof SyntaxError || cause instanceof DOMException) return {}
    throw cause
  }
}

let snoozed = load()
let pointing = false
let typing = false
let rest: ReturnType<typeof setTimeout> | undefined
let wake: ReturnType<typeof setTimeout> | undefined

/** An answered item takes its reply box with it, and a box that is gone never says that it lost the focus. */
const stillTyping = (): boolean => typing && document.activeElement instanceof HTMLTextAreaElement

const refresh = () => {
  const now = Date.now()
  typing = stillTyping()
  const { attention } = useStore.getState()
  const up = awake(attention, snoozed, now)
  const { items, waiting } = steady(useQueue.getState().items.map((i) => i.id), up, pointing || typing)
  useQueue.setState({ items, waiting, asleep: attention.filter((i) => !up.includes(i)) })
  clearTimeout(wake)
  const next = Math.min(...attention.flatMap((i) => ((snoozed[i.id] ?? 0) > now ? [snoozed[i.id] ?? 0] : [])))
  if (Number.isFinite(next)) wake = setTimeout(refresh, next - now)
}

const save = (next: Snoozed) => {
  const { attention, epoch } = useStore.getState()
  // Before the first snapshot everything looks gone.
  snoozed = epoch > 0 ? stillSnoozed(attention, next, Date.now()) : next
  localStorage.setItem(KEY, JSON.stringify(snoozed))
  refresh()
}

export const snooze = (id: string) => {
  const { [id]: _was, ...others } = snoozed
  save({ ...others, [id]: Date.now() + SNOOZE_MS })
  useUi.getState().toast({ text: 'Put off for 15 minutes. It is at the end of the list.', tone: 'plain', undo: { label: 'Undo', run: () => wakeUp(id) } })
}

export const wakeUp = (id: string) => {
  const { [id]: _was, ...others } = snoozed
  save(others)
}

/** Shows what waits, whoever is at it. */
export const showWaiting = () => {
  pointing = false
  refresh()
}

const setPointing = (on: boolean) => {
  clearTimeout(rest)
  if (on) rest = setTimeout(() => setPointing(false), REST_MS)
  if (pointing === on) return
  pointing = on
  refresh()
}
const setTyping = (on: boolean) => {
  if (typing === on) return
  typing = on
  refresh()
}

/** For the element that holds the list. */
export const watchHands = {
  onPointerMove: (e: { pointerType: string }) => { if (e.pointerType === 'mouse') setPointing(true) },
  onPointerLeave: () => setPointing(false),
  onFocus: (e: { target: EventTarget }) => setTyping(e.target instanceof HTMLTextAreaElement && e.target.value !== ''),
  onInput: () => setTyping(true),
  onBlur: () => setTyping(false),
}

/** What is with the designer is on the list, and not due. */
export const needsOf = (q: Pick<Queue, 'items' | 'waiting'>): number => q.items.filter(isDue).length + q.waiting

/** Things that need the person now. */
export const useNeeds = (): number => useQueue((q) => needsOf(q))

let last = useStore.getState().attention
useStore.subscribe((s) => {
  if (s.attention === last) return
  last = s.attention
  refresh()
})
