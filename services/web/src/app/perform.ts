/** Carries out an action of the keymap. */
import { act, answerOption, approve, undoAnswer } from '../act.ts'
import { cursorAt, moved } from '../features/attention/cursor.ts'
import { canDismiss } from '../features/attention/looks.ts'
import { mergeOf } from '../model.ts'
import { useStore } from '../store.ts'
import { useUi } from '../ui-store.ts'
import { tabs, type Action, type Tab } from './keymap.ts'
import { go, placeOf } from './nav.ts'

const here = () => placeOf(location.pathname)
const atInbox = () => location.pathname === '/'

/** The item that an answer goes to: on a session's page that session's first, else the one under the cursor. */
const currentItem = () => {
  const { attention, sessions } = useStore.getState()
  const place = here()
  if (place) return attention.find((a) => a.session === place.session && a.kind !== 'failed-start')
  if (!atInbox()) return undefined
  const at = cursorAt({ attention, sessions }, useUi.getState().cursor)
  return attention.find((a) => at === `a:${a.id}`)
}

/** The session meant by a key: the page's own, else the cursor's, else the designer. */
const currentSession = () => {
  const { sessions, attention } = useStore.getState()
  const place = here()
  if (place) return sessions[place.session]
  const at = cursorAt({ attention, sessions }, useUi.getState().cursor)
  const id = at?.startsWith('s:') ? at.slice(2) : attention.find((a) => at === `a:${a.id}`)?.session
  return (id && sessions[id]) || Object.values(sessions).find((s) => s.role === 'designer')
}

const move = (by: number) => {
  const { attention, sessions } = useStore.getState()
  const ui = useUi.getState()
  if (atInbox()) return ui.setCursor(moved({ attention, sessions }, ui.cursor, by))
  const place = here()
  if (!place) return
  // On a session's page the arrows walk the fleet.
  const next = moved({ attention: [], sessions }, `s:${place.session}`, by)
  if (next) go.session(next.slice(2), place.tab)
}

const openCursor = () => {
  const { attention, sessions } = useStore.getState()
  if (!atInbox()) return
  const at = cursorAt({ attention, sessions }, useUi.getState().cursor)
  const item = attention.find((a) => at === `a:${a.id}`)
  if (item?.kind === 'credential' || item?.kind === 'proposal') return go.settings()
  const session = item ? item.session : at?.slice(2)
  if (session) go.session(session, item && (item.mergeId || item.kind === 'complete') ? 'review' : undefined)
}

const nextNeed = () => {
  const { attention } = useStore.getState()
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

const pair = () => {
  const session = currentSession()
  if (session?.role === 'executor') void act('session.pair', { session: session.id, paired: !session.paired }, session.paired ? 'Unpairing at its next idle moment' : 'Pairing at its next idle moment')
}

const approveShown = () => {
  const place = here()
  const item = currentItem()
  const { merges } = useStore.getState()
  const merge = place?.tab === 'review' ? mergeOf(merges, place.session) : item?.kind === 'approval' && item.mergeId ? merges[item.mergeId] : undefined
  if (merge?.status === 'requested') void approve(merge)
}

export const perform = (action: Action): void => {
  const ui = useUi.getState()
  switch (action.do) {
    case 'leader': return ui.setLeader(true)
    case 'leave': {
      ui.setLeader(false)
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      return
    }
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
