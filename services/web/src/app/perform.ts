/** Carries out an action of the keymap. */
import { act, answerOption, approve, togglePaired, undoAnswer } from '../act.ts'
import { cursorAt, moved } from '../features/attention/cursor.ts'
import { canDismiss } from '../features/attention/looks.ts'
import { snooze, showWaiting, useQueue } from '../features/attention/queue.ts'
import { mergeOf } from '../model.ts'
import { useStore } from '../store.ts'
import { useUi } from '../ui-store.ts'
import { tabs, type Action, type Tab } from './keymap.ts'
import { go, placeOf } from './nav.ts'

const here = () => placeOf(location.pathname)
const atInbox = () => location.pathname === '/'

/** The list as it is shown, and where the cursor stands in it. */
const queue = () => {
  const { sessions } = useStore.getState()
  const { items: attention } = useQueue.getState()
  return { attention, sessions, at: cursorAt({ attention, sessions }, useUi.getState().cursor) }
}

/** Nothing is answered that is not on the screen. */
const isShown = (id: string) => document.querySelector(`[data-testid="attention-item"][data-id="${CSS.escape(id)}"]`) !== null

/** The item that an answer goes to: on a session's page that session's first, else the one under the cursor. */
const currentItem = () => {
  const place = here()
  if (place) return useStore.getState().attention.find((a) => a.session === place.session && isShown(a.id))
  if (!atInbox()) return undefined
  const { attention, at } = queue()
  return attention.find((a) => at === `a:${a.id}`)
}

/** The session meant by a key: the page's own, else the cursor's, else the designer. */
const currentSession = () => {
  const { sessions, attention, at } = queue()
  const place = here()
  if (place) return sessions[place.session]
  const id = at?.startsWith('s:') ? at.slice(2) : attention.find((a) => at === `a:${a.id}`)?.session
  return (id && sessions[id]) || Object.values(sessions).find((s) => s.role === 'designer')
}

const move = (by: number) => {
  const { attention, sessions } = queue()
  const ui = useUi.getState()
  if (atInbox()) return ui.setCursor(moved({ attention, sessions }, ui.cursor, by))
  const place = here()
  if (!place) return
  // On a session's page the arrows walk the fleet.
  const next = moved({ attention: [], sessions }, `s:${place.session}`, by)
  if (next) go.session(next.slice(2), place.tab)
}

const openCursor = () => {
  if (!atInbox()) return
  const { attention, at } = queue()
  const item = attention.find((a) => at === `a:${a.id}`)
  if (item?.kind === 'credential' || item?.kind === 'proposal') return go.settings()
  const session = item ? item.session : at?.slice(2)
  if (session) go.session(session, item && (item.mergeId || item.kind === 'complete') ? 'review' : undefined)
}

const nextNeed = () => {
  showWaiting()
  const { attention } = queue()
  const ui = useUi.getState()
  const at = attention.findIndex((a) => ui.cursor === `a:${a.id}`)
  const next = attention[(at + 1) % Math.max(1, attention.length)]
  go.inbox()
  if (next) ui.setCursor(`a:${next.id}`)
}

const focusReply = () => {
  const place = here()
  const box = document.querySelector<HTMLTextAreaElement>('[data-testid="reply-box"]') ?? document.querySelector<HTMLTextAreaElement>('[data-testid="message-box"]')
  if (box) box.focus()
  else if (place) go.session(place.session, 'messages')
}

const stepTab = (by: number) => {
  const place = here()
  const session = currentSession()
  if (!place || !session) return
  const usable = tabs.filter((t) => session.role !== 'designer' || (t !== 'review' && t !== 'diff'))
  const at = usable.indexOf(place.tab)
  const next = usable[(at + by + usable.length) % usable.length]
  if (next) go.session(place.session, next)
}

const openTab = (tab: Tab) => {
  const session = currentSession()
  if (session) go.session(session.id, tab)
}

const toggleShell = () => {
  const ui = useUi.getState()
  const place = here()
  const session = currentSession()
  if (!session) return
  ui.setSide(place?.tab === 'term' && ui.side === 'shell' ? 'chat' : 'shell')
  if (place?.tab !== 'term') go.session(session.id, 'term')
}

const dismiss = () => {
  const item = currentItem()
  if (item && canDismiss(item.kind)) void act('attention.dismiss', { id: item.id })
}

const later = () => {
  const item = currentItem()
  if (item && atInbox()) snooze(item.id)
}

const pair = () => {
  const session = currentSession()
  if (session?.role === 'executor') void togglePaired(session)
}

/** The parts of a page, for F6: each gets the focus at its first control. */
const landmark = () => {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-landmark]')].filter((p) => p.offsetParent !== null)
  const at = parts.findIndex((p) => p.contains(document.activeElement))
  const next = parts[(at + 1) % Math.max(1, parts.length)]
  const first = next?.querySelector<HTMLElement>('a, button, textarea, input, [tabindex="0"]')
  ;(first ?? next)?.focus()
}

/** In the terminal that has the keys, else in the agent's. */
const find = () => {
  const focused = document.activeElement?.closest<HTMLElement>('[data-testid="terminal"]')?.dataset.target
  dispatchEvent(new CustomEvent('terminalfind', { detail: focused ?? 'cli' }))
}

const leave = () => {
  const ui = useUi.getState()
  ui.setLeader(false)
  if (ui.onEscape) return ui.onEscape()
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
}

const approveShown = () => {
  const place = here()
  const item = currentItem()
  const { merges } = useStore.getState()
  const merge = place?.tab === 'review' ? mergeOf(merges, place.session) : item?.kind === 'approval' && item.mergeId ? merges[item.mergeId] : undefined
  if (merge?.status === 'requested') approve(merge)
}

export const perform = (action: Action): void => {
  const ui = useUi.getState()
  switch (action.do) {
    case 'leader': return ui.setLeader(true)
    case 'leave': return leave()
    case 'find': return find()
    case 'search': return go.activity()
    case 'palette': return ui.setOverlay({ kind: 'palette' })
    case 'landmark': return landmark()
    case 'snooze': return later()
    case 'move': return move(action.by)
    case 'open': return openCursor()
    case 'answer': { const item = currentItem(); if (item) answerOption(item, action.option); return }
    case 'reply': return focusReply()
    case 'undo': { undoAnswer(); return }
    case 'dismiss': return dismiss()
    case 'tab': return openTab(action.tab)
    case 'tab-step': return stepTab(action.by)
    case 'shell': return toggleShell()
    case 'spec': return go.spec()
    case 'inbox': return go.inbox()
    case 'settings': return go.settings()
    case 'designer': { const d = Object.values(useStore.getState().sessions).find((s) => s.role === 'designer'); if (d) go.session(d.id); return }
    case 'help': return ui.setOverlay({ kind: 'help' })
    case 'new': return ui.setOverlay({ kind: 'composer' })
    case 'next': return nextNeed()
    case 'pair': return pair()
    case 'approve': return approveShown()
    case 'delete': { const s = currentSession(); if (s?.role === 'executor') ui.setOverlay({ kind: 'delete', session: s.id }); return }
  }
}
