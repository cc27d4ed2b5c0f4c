import { useEffect, useState, type RefObject } from 'react'

type Seen = (near: boolean) => void
const listeners = new WeakMap<Element, Seen>()
let observer: IntersectionObserver | null = null

/** One observer for the page: half a screen ahead counts as near. */
const observe = (element: Element, seen: Seen): (() => void) => {
  observer ??= new IntersectionObserver((entries) => { for (const e of entries) listeners.get(e.target)?.(e.isIntersecting) }, { rootMargin: '600px 0px' })
  const watching = observer
  listeners.set(element, seen)
  watching.observe(element)
  return () => { watching.unobserve(element); listeners.delete(element) }
}

/**
 * Whether an element is on the screen or about to be.
 * @param first what counts before the browser has looked
 * @param stays once near, always near
 */
export const useNear = (ref: RefObject<Element | null>, first: boolean, stays = false): boolean => {
  const [near, setNear] = useState(first)
  useEffect(() => (ref.current ? observe(ref.current, (now) => setNear((before) => now || (stays && before))) : undefined), [ref, stays])
  return near
}
