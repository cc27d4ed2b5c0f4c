/** One listener for all keys, before anything else hears them. */
import { useUi } from '../ui-store.ts'
import { actionOf, type Scope } from './keymap.ts'
import { perform } from './perform.ts'

const LEADER_MS = 2000

/** Who hears a key that is pressed there. */
export const scopeOf = (target: EventTarget | null): Scope => {
  if (!(target instanceof HTMLElement)) return 'app'
  if (target.closest('.xterm')) return 'terminal'
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return 'editor'
  return target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio' ? 'editor' : 'app'
}

/** A control in focus keeps the keys that work it. */
const worksControl = (e: KeyboardEvent): boolean =>
  (e.key === 'Enter' || e.key === ' ') && e.target instanceof HTMLElement && e.target.closest('button, a, summary, input') !== null

export const listenKeys = (): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const onKey = (e: KeyboardEvent) => {
    // AltGr types characters on many layouts and looks like Ctrl+Alt.
    if (e.isComposing || e.getModifierState('AltGraph')) return
    const ui = useUi.getState()
    if (ui.overlay && !ui.leader) return
    const scope = scopeOf(e.target)
    if (scope === 'app' && worksControl(e)) return
    const action = actionOf({ key: e.key, code: e.code, ctrl: e.ctrlKey, meta: e.metaKey, alt: e.altKey, shift: e.shiftKey }, scope, ui.leader)
    const held = ui.leader && !['Shift', 'Control', 'Alt', 'Meta'].includes(e.key)
    if (!action && !held) return
    e.preventDefault()
    e.stopPropagation()
    clearTimeout(timer)
    if (held) ui.setLeader(false)
    if (!action) return
    perform(action)
    if (action.do === 'leader') timer = setTimeout(() => useUi.getState().setLeader(false), LEADER_MS)
  }
  addEventListener('keydown', onKey, true)
  return () => { clearTimeout(timer); removeEventListener('keydown', onKey, true) }
}
