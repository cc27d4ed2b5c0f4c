/** Which key means what, as a pure table; `keys.ts` carries it out. */

/** Who hears a key: the page, a text field, or an agent's terminal. */
export type Scope = 'app' | 'editor' | 'terminal'

export type Tab = 'term' | 'diff' | 'monitor' | 'conversation' | 'messages' | 'review'
export const tabs: Tab[] = ['term', 'diff', 'monitor', 'conversation', 'messages', 'review']

export type Action =
  | { do: 'move'; by: number } | { do: 'open' } | { do: 'answer'; option: number } | { do: 'reply' }
  | { do: 'tab'; tab: Tab } | { do: 'tab-step'; by: number } | { do: 'shell' }
  | { do: 'spec' | 'inbox' | 'settings' | 'help' | 'new' | 'next' | 'pair' | 'delete' | 'dismiss' | 'undo' | 'leader' | 'leave' | 'approve' | 'designer' | 'find' | 'search' | 'palette' | 'landmark' | 'snooze' }

export type Key = { key: string; code: string; ctrl: boolean; meta: boolean; alt: boolean; shift: boolean }

const plain: Record<string, Action> = {
  ArrowDown: { do: 'move', by: 1 }, j: { do: 'move', by: 1 }, ArrowUp: { do: 'move', by: -1 }, k: { do: 'move', by: -1 },
  Enter: { do: 'open' }, r: { do: 'reply' }, e: { do: 'dismiss' }, h: { do: 'snooze' }, u: { do: 'undo' },
  s: { do: 'spec' }, t: { do: 'shell' }, d: { do: 'tab', tab: 'diff' }, m: { do: 'tab', tab: 'monitor' },
  c: { do: 'tab', tab: 'conversation' }, v: { do: 'tab', tab: 'review' }, x: { do: 'tab', tab: 'term' }, w: { do: 'tab', tab: 'messages' },
  ArrowRight: { do: 'tab-step', by: 1 }, ']': { do: 'tab-step', by: 1 }, ArrowLeft: { do: 'tab-step', by: -1 }, '[': { do: 'tab-step', by: -1 },
  J: { do: 'next' }, p: { do: 'pair' }, n: { do: 'new' }, i: { do: 'inbox' }, g: { do: 'designer' }, '?': { do: 'help' }, '/': { do: 'search' }, Escape: { do: 'leave' }, ',': { do: 'settings' }, A: { do: 'approve' },
}
for (let n = 1; n <= 9; n++) plain[String(n)] = { do: 'answer', option: n - 1 }

/** After the leader the same letters count everywhere; lists are out of reach then: `j` is the next that needs you, `k` the palette. */
const led: Record<string, Action> = { ...plain, j: { do: 'next' }, f: { do: 'find' }, k: { do: 'palette' } }

/** null: not ours, it goes where it would have gone. */
export const actionOf = (k: Key, scope: Scope, leader: boolean): Action | null => {
  if (k.ctrl && !k.alt && !k.meta && k.code === 'Semicolon') return leader ? { do: 'leave' } : { do: 'leader' }
  if (k.key === 'Shift' || k.key === 'Control' || k.key === 'Alt' || k.key === 'Meta') return null
  if (k.key === 'F6') return { do: 'landmark' }
  if (leader) return k.key === 'Escape' ? { do: 'leave' } : (led[k.key] ?? null)
  if (k.code === 'KeyK' && !k.alt && !k.shift && (k.meta ? !k.ctrl : k.ctrl && scope === 'app')) return { do: 'palette' }
  if (scope === 'terminal') return null
  if (k.ctrl && !k.alt && !k.meta && !k.shift && k.code === 'KeyN') return { do: 'new' }
  if (scope === 'editor') return k.key === 'Escape' ? { do: 'leave' } : null
  if (k.ctrl && !k.alt && !k.meta && !k.shift && k.code === 'KeyD') return { do: 'delete' }
  if (k.ctrl || k.meta || k.alt) return null
  return plain[k.key] ?? null
}

/** For the `?` page. */
export const keyHelp: { title: string; keys: [string, string][] }[] = [
  { title: 'Move', keys: [['↑ ↓  j k', 'move through what needs you and the fleet'], ['Enter', 'open the selected'], ['J', 'next that needs you'], ['i', 'inbox'], ['g', 'designer'], ['← →  [ ]', 'tabs of a session'], ['⌘/Ctrl + K', 'go to anything, do anything'], ['/', 'search all messages and events'], ['F6', 'next part of the page']] },
  { title: 'Answer', keys: [['1 – 9', 'choose an option (a short undo follows)'], ['r', 'reply in words'], ['⌘/Ctrl + Enter', 'send'], ['u', 'undo the last answer'], ['e', 'done: take it off the list'], ['h', 'put off for 15 minutes'], ['A', 'approve the merge that is shown']] },
  { title: 'Session', keys: [['x', 'terminal of the agent'], ['t', 'second terminal: a shell in the worktree'], ['d', 'diff'], ['m', 'monitor'], ['c', 'conversation'], ['w', 'messages'], ['v', 'review and merge'], ['p', 'pair or unpair'], ['Ctrl + D', 'delete: shows what would be lost, again confirms']] },
  { title: 'Project', keys: [['n  Ctrl + N', 'new session'], ['s', 'spec editor'], [',', 'settings'], ['?', 'this page']] },
  { title: 'In a terminal', keys: [['Ctrl + ;', 'leader: the next key is for the page (t, d, i …; j next need, k palette)'], ['Ctrl + ;  Ctrl + ;', 'leave the terminal'], ['Ctrl + ;  f', 'history and search; also wheel up'], ['Shift + Enter', 'new line'], ['Ctrl + C', 'copies a selection; without one the agent’s'], ['Ctrl + V', 'paste'], ['everything else', 'goes to the agent']] },
]
