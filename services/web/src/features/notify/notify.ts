/** Notifications of the system, where a person has asked for them: errors and questions that come while the page is out of sight. */
import { useStore } from '../../store.ts'
import { due, notice } from './due.ts'

const KEY = 'orchestra.notify'
/** What comes within this time is one notification. */
const BURST_MS = 1500

/** Browsers offer them on https and on this machine's own address alone. */
export const canNotify = (): boolean => typeof Notification === 'function' && isSecureContext

export const wantsNotices = (): boolean => canNotify() && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on'

/** Asks the browser where it has not decided; false when it says no. */
export const setNotices = async (on: boolean): Promise<boolean> => {
  if (on && (!canNotify() || (await Notification.requestPermission()) !== 'granted')) return false
  localStorage.setItem(KEY, on ? 'on' : 'off')
  return true
}

export const show = (title: string, body: string) => {
  const shown = new Notification(title, { body, tag: 'orchestra', icon: '/icon.svg' })
  shown.onclick = () => { window.focus(); shown.close() }
}

export const listenForNotices = (): (() => void) => {
  let known: Set<string> | null = null
  let before = useStore.getState().attention
  let fresh: typeof before = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = () => {
    timer = undefined
    const said = notice(fresh)
    fresh = []
    if (said && wantsNotices() && !document.hasFocus()) show(said.title, said.body)
  }
  const stop = useStore.subscribe((s) => {
    if (s.epoch === 0 || (known && s.attention === before)) return
    before = s.attention
    // What was there when the page opened is no news.
    if (known) fresh.push(...due(known, s.attention))
    known = new Set(s.attention.map((i) => i.id))
    if (fresh.length && timer === undefined) timer = setTimeout(tell, BURST_MS)
  })
  return () => { stop(); clearTimeout(timer) }
}
