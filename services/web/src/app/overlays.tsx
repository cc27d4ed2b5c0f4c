import { Composer } from '../features/composer/composer.tsx'
import { Palette } from '../features/palette/palette.tsx'
import { DeleteDialog } from '../features/session/delete.tsx'
import { useState } from 'react'
import { useUi } from '../ui-store.ts'
import { Button, inputClass } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { visible } from '../ui/text.ts'
import { keyHelp } from './keymap.ts'

const KeyHelp = () => {
  const [typed, setTyped] = useState('')
  const has = (text: string) => text.toLowerCase().includes(typed.trim().toLowerCase())
  const groups = keyHelp.map((g) => ({ ...g, keys: g.keys.filter(([key, what]) => has(key) || has(what) || has(g.title)) })).filter((g) => g.keys.length > 0)
  return (
  <Dialog title="Keys" wide onClose={() => useUi.getState().setOverlay(null)} testId="key-help">
    <input autoFocus className={inputClass} aria-label="Search the keys" placeholder="Search the keys" value={typed} onChange={(e) => setTyped(e.target.value)} spellCheck={false} />
    <div className="grid grid-cols-2 gap-x-8 gap-y-4 max-sm:grid-cols-1">
      {groups.length === 0 && <p className="text-faint">No key does that.</p>}
      {groups.map((group) => (
        <section key={group.title}>
          <h3 className="mb-1 text-sm font-semibold text-dim">{group.title}</h3>
          <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
            {group.keys.map(([key, what]) => [
              <dt key={`${key}k`} className="font-mono text-sm whitespace-nowrap text-accent">{key}</dt>,
              <dd key={`${key}d`} className="text-base text-text">{what}</dd>,
            ])}
          </dl>
        </section>
      ))}
    </div>
    <p className="text-sm text-faint">In an ordinary tab on Windows and Linux the browser keeps Ctrl+N for itself: use n, or install the page as an app.</p>
  </Dialog>
  )
}

const Toasts = () => {
  const toasts = useUi((s) => s.toasts)
  const close = useUi((s) => s.closeToast)
  return (
    <div aria-live="polite" className="pointer-events-none fixed bottom-9 left-3 z-50 flex w-96 max-w-[calc(100vw-24px)] flex-col gap-2 max-sm:bottom-16">
      {toasts.map((t) => (
        <div key={t.id} role={t.tone === 'error' ? 'alert' : 'status'} className={`pointer-events-auto flex items-start gap-2 rounded-md border bg-raised px-3 py-2 shadow-lg ${t.tone === 'error' ? 'border-error/60' : 'border-line'}`}>
          <p className="wrap min-w-0 flex-1">{visible(t.text)}</p>
          {t.undo && <Button tone="quiet" className="min-h-6" onClick={() => { t.undo?.run(); close(t.id) }}>{t.undo.label}</Button>}
          <button type="button" aria-label="Close notice" className="text-faint hover:text-text" onClick={() => close(t.id)}>×</button>
        </div>
      ))}
    </div>
  )
}

/** What lies above the page. */
export const Overlays = () => {
  const overlay = useUi((s) => s.overlay)
  return (
    <>
      {overlay?.kind === 'composer' && <Composer />}
      {overlay?.kind === 'help' && <KeyHelp />}
      {overlay?.kind === 'palette' && <Palette />}
      {overlay?.kind === 'delete' && <DeleteDialog key={overlay.session} session={overlay.session} />}
      <Toasts />
    </>
  )
}
