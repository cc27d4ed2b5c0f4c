import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react'
import { Button } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'
import { viewTerminal, type Target, type Viewed } from './connect.ts'
import { scaleFor } from './scale.ts'

/** What a soft keyboard lacks. */
const keys: [string, string, string][] = [
  ['Esc', '\u001b', 'Escape'], ['⇥', '\t', 'Tab'], ['⇧⇥', '\u001b[Z', 'Shift Tab'], ['^C', '\u0003', 'Control C'], ['↑', '\u001b[A', 'Up'], ['↓', '\u001b[B', 'Down'], ['↵', '\r', 'Enter'],
]

/** The terminal on a small screen: the window as it is, made to fit by scaling alone. Looks on until control is taken. */
export const Viewer = ({ session, target, beside }: { session: string; target: Target; /** stands before the buttons */ beside?: ReactNode }) => {
  const box = useRef<HTMLDivElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const element = useRef<HTMLDivElement>(null)
  const viewed = useRef<Viewed | null>(null)
  const [{ live, why }, setState] = useState({ live: false, why: '' })
  const [control, setControl] = useState(false)
  const [large, setLarge] = useState(false)
  const fit = useEffectEvent(() => {
    const screen = element.current?.querySelector<HTMLElement>('.xterm-screen')
    if (!box.current || !frame.current || !element.current || !screen) return
    const scale = scaleFor(screen.offsetWidth, box.current.clientWidth, large)
    element.current.style.transform = `scale(${scale})`
    frame.current.style.width = `${screen.offsetWidth * scale}px`
    frame.current.style.height = `${screen.offsetHeight * scale}px`
  })
  useEffect(() => {
    if (!element.current || !box.current) return
    const opened = viewTerminal(element.current, session, target, { state: (isLive, reason) => setState({ live: isLive, why: reason }), size: () => requestAnimationFrame(() => { fit(); if (box.current) box.current.scrollTop = box.current.scrollHeight }) })
    viewed.current = opened
    const observer = new ResizeObserver(() => fit())
    observer.observe(box.current)
    return () => { observer.disconnect(); opened.close() }
  }, [session, target])
  useEffect(() => { fit() }, [large])
  const take = (on: boolean) => { setControl(on); viewed.current?.control(on) }
  return (
    <section aria-label={target === 'cli' ? 'Agent terminal' : 'Shell in the worktree'} data-testid="terminal" data-target={target} data-live={live} data-status={live ? 'live' : 'lost'} data-control={control} className="flex h-full min-h-0 flex-col">
      <div ref={box} className={`min-h-0 flex-1 overflow-auto bg-bg ${control ? 'border border-accent/70' : ''}`}>
        <div ref={frame} className={`overflow-hidden ${live ? '' : 'opacity-50'}`}><div ref={element} className="w-max origin-top-left" /></div>
      </div>
      {control && (
        <div role="toolbar" aria-label="Keys" className="flex shrink-0 gap-1 overflow-x-auto border-t border-line bg-surface px-1 py-1">
          {keys.map(([label, data, name]) => (
            // The focus stays where it is, so that the soft keyboard does.
            <button key={name} type="button" aria-label={name} className="min-h-11 min-w-11 flex-1 rounded-md border border-control/50 bg-raised font-mono text-base active:bg-selected" onPointerDown={(e) => e.preventDefault()} onMouseDown={(e) => e.preventDefault()} onClick={() => viewed.current?.press(data)}>{label}</button>
          ))}
        </div>
      )}
      {/* A press on a button takes the keys from nobody: the soft keyboard stays. */}
      <div className="flex shrink-0 items-center gap-1 border-t border-line bg-surface px-2 py-1 text-sm text-faint" onPointerDown={(e) => { if (control) e.preventDefault() }} onMouseDown={(e) => { if (control) e.preventDefault() }}>
        {beside}
        <span role="status" className="min-w-0 flex-1 truncate">{!live ? <span className="text-ask">{why ? `not connected: ${oneLine(why)}` : 'connecting…'}</span> : control ? <span className="text-dim">keys → {target === 'cli' ? 'agent' : 'shell'}</span> : 'read-only'}</span>
        <Button tone="quiet" aria-pressed={large} onClick={() => setLarge(!large)}>{large ? 'Fit' : 'Larger'}</Button>
        <Button tone={control ? 'plain' : 'primary'} disabled={!live} onClick={() => take(!control)}>{control ? 'Look only' : 'Take control'}</Button>
      </div>
    </section>
  )
}
