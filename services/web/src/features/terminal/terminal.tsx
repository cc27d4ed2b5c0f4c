import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useUi } from '../../ui-store.ts'
import { Button } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'
import { driveTerminal, type Driven, type Target } from './connect.ts'
import { History } from './history.tsx'
import { Viewer } from './viewer.tsx'

type State = { live: boolean; why: string }

/** Who hears the keys, or why nobody does. */
const Line = ({ state: { live, why }, focused, target, onHistory }: { state: State; focused: boolean; target: Target; onHistory: () => void }) => {
  const leader = useUi((s) => s.leader)
  const hears = !focused ? <span>click to type</span> : leader ? <b className="font-medium text-accent">key for the page…</b> : <span className="text-dim">keys → {target === 'cli' ? 'agent' : 'shell'}</span>
  return (
    <p className="flex items-center gap-2 border-t border-line bg-surface px-2 text-xs text-faint" role="status">
      {live ? hears : <span className="truncate text-ask">{why ? `not connected: ${oneLine(why)}` : 'connecting…'}</span>}
      <Button tone="quiet" className="ml-auto min-h-6 px-1.5 text-xs" title="What has scrolled away: wheel up, Shift + PageUp, or Ctrl + ; f" onClick={onHistory}>History &amp; search</Button>
      <span className="max-xl:hidden">Ctrl+; page key · twice leaves</span>
    </p>
  )
}

const Driver = ({ session, target, autoFocus }: { session: string; target: Target; autoFocus: boolean }) => {
  const element = useRef<HTMLDivElement>(null)
  const driven = useRef<Driven | null>(null)
  const [state, setState] = useState<State>({ live: false, why: '' })
  const [focused, setFocused] = useState(false)
  const [reading, setReading] = useState(false)
  useEffect(() => {
    if (!element.current) return
    const opened = driveTerminal(element.current, session, target, { state: (live, why) => setState({ live, why }), history: () => setReading(true) })
    driven.current = opened
    return () => opened.close()
  }, [session, target])
  useEffect(() => { if (autoFocus) driven.current?.focus() }, [autoFocus, session, target])
  // The leader's `f`: says which terminal is meant.
  useEffect(() => {
    const find = (e: Event) => { if ((e as CustomEvent<Target>).detail === target) setReading(true) }
    addEventListener('terminalfind', find)
    return () => removeEventListener('terminalfind', find)
  }, [target])
  const back = () => { setReading(false); driven.current?.focus() }
  return (
    <section
      aria-label={target === 'cli' ? 'Agent terminal' : 'Shell in the worktree'} data-testid="terminal" data-target={target} data-live={state.live} data-status={state.live ? 'live' : 'lost'}
      className={`flex h-full min-h-0 flex-col border ${focused ? 'border-accent/70' : 'border-transparent'}`}
      onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}
    >
      <div className="relative min-h-0 flex-1 overflow-hidden bg-bg pt-1.5 pl-2">
        <div ref={element} className={`h-full ${state.live ? '' : 'opacity-50'}`} />
        {reading && <History session={session} target={target} onClose={back} />}
      </div>
      <Line state={state} focused={focused} target={target} onHistory={() => setReading(true)} />
    </section>
  )
}

/** Loaded lazily: xterm is larger than the rest of the page together. A phone looks on; a larger screen drives. */
const TerminalView = ({ session, target, autoFocus = false, small, beside }: { session: string; target: Target; autoFocus?: boolean; small: boolean; beside?: ReactNode }) =>
  small ? <Viewer key={`${session}/${target}`} session={session} target={target} beside={beside} /> : <Driver key={`${session}/${target}`} session={session} target={target} autoFocus={autoFocus} />
export default TerminalView
