import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef, useState } from 'react'
import { useUi } from '../../ui-store.ts'
import { oneLine } from '../../ui/text.ts'
import { connectTerminal } from './connect.ts'

/** Loaded lazily: xterm is larger than the rest of the page together. */
const TerminalView = ({ session, target, autoFocus = false }: { session: string; target: 'cli' | 'shell'; autoFocus?: boolean }) => {
  const element = useRef<HTMLDivElement>(null)
  const [{ live, why }, setState] = useState({ live: false, why: '' })
  const [focused, setFocused] = useState(false)
  const leader = useUi((s) => s.leader)
  useEffect(() => {
    if (!element.current) return
    return connectTerminal(element.current, session, target, (isLive, reason) => setState({ live: isLive, why: reason }))
  }, [session, target])
  useEffect(() => { if (autoFocus) element.current?.querySelector('textarea')?.focus() }, [autoFocus, session, target])
  return (
    <section
      aria-label={target === 'cli' ? 'Agent terminal' : 'Shell in the worktree'} data-testid="terminal" data-target={target} data-live={live}
      className={`flex h-full min-h-0 flex-col border ${focused ? 'border-accent/70' : 'border-transparent'}`}
      onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}
    >
      <div className="min-h-0 flex-1 overflow-hidden bg-bg pt-1.5 pl-2"><div ref={element} className={`h-full ${live ? '' : 'opacity-50'}`} /></div>
      <p className="flex items-center gap-2 border-t border-line bg-surface px-2 py-0.5 text-xs text-faint" role="status">
        {live ? (focused ? (leader ? <b className="font-medium text-accent">key for the page…</b> : <span>keys → {target === 'cli' ? 'agent' : 'shell'}</span>) : <span>click to type</span>) : <span className="truncate text-ask">{why ? `not connected: ${oneLine(why)}` : 'connecting…'}</span>}
        <span className="ml-auto max-sm:hidden">Ctrl+; page key · twice leaves</span>
      </p>
    </section>
  )
}
export default TerminalView
