/** Everything that the palette offers, from what there is now. Pure but for what its entries do. */
import type { SessionView } from '@orchestra/contracts'
import { act, togglePaired } from '../../act.ts'
import { go } from '../../app/nav.ts'
import type { Tab } from '../../app/keymap.ts'
import { fleetOf } from '../../model.ts'
import { useUi } from '../../ui-store.ts'
import { oneLine } from '../../ui/text.ts'
import type { Entry } from './matching.ts'


const busy = new Set(['working', 'waiting'])
const halted = new Set(['paused', 'interrupted', 'limited'])

const pages: Entry[] = [
  { id: 'inbox', words: 'Inbox', hint: 'page', key: 'i', run: go.inbox },
  { id: 'spec', words: 'Spec', hint: 'page', key: 's', run: go.spec },
  { id: 'activity', words: 'Activity: search messages and events', hint: 'page', key: '/', run: () => go.activity() },
  { id: 'settings', words: 'Settings', hint: 'page', key: ',', run: go.settings },
  { id: 'new', words: 'New session', hint: 'do', key: 'n', run: () => useUi.getState().setOverlay({ kind: 'composer' }) },
  { id: 'keys', words: 'All keys', hint: 'page', key: '?', run: () => useUi.getState().setOverlay({ kind: 'help' }) },
]

const tabWords: [Tab, string, string][] = [
  ['term', 'terminal', 'x'], ['diff', 'diff', 'd'], ['monitor', 'monitor', 'm'], ['conversation', 'conversation', 'c'], ['messages', 'messages', 'w'], ['review', 'review and merge', 'v'],
]

const doing = (s: SessionView): Entry[] => {
  const input = { session: s.id }
  const name = oneLine(s.title) || s.id
  const executor = s.role === 'executor'
  const offers: (Entry | false)[] = [
    busy.has(s.status) && { id: 'interrupt', words: `Interrupt ${name}`, hint: 'do', run: () => void act('session.interrupt', input) },
    busy.has(s.status) && { id: 'pause', words: `Pause ${name}`, hint: 'do', run: () => void act('session.pause', input) },
    halted.has(s.status) && { id: 'continue', words: `Continue ${name}`, hint: 'do', run: () => void act('session.continue', input) },
    executor && { id: 'check', words: `Run checks of ${name}`, hint: 'do', run: () => void act('session.check', input) },
    executor && { id: 'pair', words: `${s.paired ? 'Unpair' : 'Pair'} ${name}`, hint: 'do', key: 'p', run: () => void togglePaired(s) },
    executor && { id: 'delete', words: `Delete ${name}`, hint: 'do', key: 'Ctrl+D', run: () => useUi.getState().setOverlay({ kind: 'delete', session: s.id }) },
  ]
  return offers.filter((o): o is Entry => o !== false)
}

/** @param current the session whose page is open: what can be done with it comes first */
export const entriesOf = (sessions: Record<string, SessionView>, current: SessionView | undefined): Entry[] => [
  ...(current ? tabWords.filter(([tab]) => current.role !== 'designer' || (tab !== 'review' && tab !== 'diff')).map(([tab, word, key]): Entry => ({ id: `tab:${tab}`, words: `${oneLine(current.title) || current.id}: ${word}`, hint: 'this session', key, run: () => go.session(current.id, tab) })) : []),
  ...(current ? doing(current) : []),
  ...fleetOf(sessions).filter((s) => s.id !== current?.id).map((s): Entry => ({ id: `s:${s.id}`, words: oneLine(s.title) || s.id, hint: s.status, run: () => go.session(s.id) })),
  ...pages,
]
