import ReconnectingSocket from 'partysocket/ws'
import type { StateFrame } from '@orchestra/contracts'
import { socketUrl } from './api.ts'
import { useStore } from './store.ts'

/** The server sends a heartbeat at least every 15 s; after three missed ones the connection counts as dead. */
const SILENCE_MS = 45_000

/** A frame that comes alone is folded at once; after one, the next ones wait for the screen's next frame. */
const ALONE_MS = 40

/**
 * Keeps the state socket open until the returned function is called. Frames of one animation frame are folded together; in a
 * background tab at most once a second.
 */
export const openStream = (): (() => void) => {
  const socket = new ReconnectingSocket(() => socketUrl('/ws/state'), null, {
    minReconnectionDelay: 300, maxReconnectionDelay: 5000, reconnectionDelayGrowFactor: 1.6, minUptime: 2000,
  })
  let queue: StateFrame[] = []
  let scheduled = false
  let silence: ReturnType<typeof setTimeout> | undefined

  const listen = () => {
    clearTimeout(silence)
    silence = setTimeout(() => socket.reconnect(), SILENCE_MS)
  }
  let flushedAt = 0
  const flush = () => {
    scheduled = false
    flushedAt = performance.now()
    const frames = queue
    queue = []
    if (frames.length && useStore.getState().receive(frames, Date.now())) socket.reconnect()
  }
  const schedule = () => {
    if (scheduled) return
    scheduled = true
    if (document.hidden) setTimeout(flush, 1000)
    else if (performance.now() - flushedAt > ALONE_MS) queueMicrotask(flush)
    else requestAnimationFrame(flush)
  }
  // A frame asked for while visible never comes once the tab is hidden.
  const onVisibility = () => { if (queue.length) flush() }
  document.addEventListener('visibilitychange', onVisibility)

  socket.addEventListener('open', listen)
  socket.addEventListener('message', (event: MessageEvent) => {
    listen()
    queue.push(JSON.parse(String(event.data)) as StateFrame)
    schedule()
  })
  socket.addEventListener('close', () => {
    queue = []
    useStore.getState().lost()
  })
  const unsubscribe = useStore.subscribe((s) => { if (s.connection === 'signed-out') close() })
  const close = () => {
    unsubscribe()
    clearTimeout(silence)
    document.removeEventListener('visibilitychange', onVisibility)
    socket.close()
  }
  return close
}
