import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { fleetOf } from '../model.ts'
import { useStore } from '../store.ts'
import { useUi } from '../ui-store.ts'
import { Kbd } from '../ui/controls.tsx'
import { useMedia } from '../ui/live.ts'
import { oneLine } from '../ui/text.ts'
import { FleetList } from '../features/fleet/list.tsx'
import { Needs } from '../features/attention/needs.tsx'
import { useNeeds } from '../features/attention/queue.ts'
import { Header } from './header.tsx'
import type { Scope } from './keymap.ts'
import { scopeOf } from './keys.ts'
import { Announcer } from './announce.tsx'
import { LimitBanner } from './limit.tsx'
import { placeOf } from './nav.ts'
import { Overlays } from './overlays.tsx'
import { UpdateBanner } from './update.tsx'

const Banner = () => {
  const none = useStore((s) => s.project?.credential.kind === 'none')
  const warnings = useStore((s) => s.project?.warnings)
  return (
    <>
      {none && (
        <p role="status" data-testid="no-credential" className="flex flex-wrap items-center gap-x-2 border-b border-ask/40 bg-ask/10 px-4 py-2">
          <b className="font-medium">No model credential yet.</b>
          <span className="text-dim">Agents start and wait. Enter a key in <Link to="/settings" className="text-accent underline">Settings</Link>, or run <code className="font-mono">orchestra login</code>.</span>
        </p>
      )}
      <UpdateBanner />
      <LimitBanner />
      {warnings?.map((w) => <p key={w} role="status" className="border-b border-line bg-surface px-4 py-1.5 text-sm text-ask">{oneLine(w)}</p>)}
    </>
  )
}

const hints: { inbox: [string, string][]; session: [string, string][]; other: [string, string][] } = {
  inbox: [['↑↓', 'move'], ['↵', 'open'], ['1–9', 'answer'], ['r', 'reply'], ['d', 'diff'], ['e', 'done'], ['h', 'later'], ['n', 'new'], ['⌘K', 'go to'], ['?', 'keys']],
  session: [['← →', 'tabs'], ['↑↓', 'sessions'], ['1–9', 'answer'], ['r', 'reply'], ['t', 'shell'], ['J', 'next need'], ['i', 'inbox'], ['⌘K', 'go to'], ['?', 'keys']],
  other: [['i', 'inbox'], ['J', 'next need'], ['s', 'spec'], ['/', 'search'], ['n', 'new'], ['⌘K', 'go to'], ['?', 'keys']],
}
const isMac = /Mac|iP(hone|ad)/.test(navigator.platform)
const named = (key: string) => (key === '⌘K' && !isMac ? 'Ctrl+K' : key)

/** Who hears the keys now. */
const Hears = () => {
  const [scope, setScope] = useState<Scope>('app')
  useEffect(() => {
    const look = () => setScope(scopeOf(document.activeElement))
    document.addEventListener('focusin', look)
    document.addEventListener('focusout', look)
    return () => { document.removeEventListener('focusin', look); document.removeEventListener('focusout', look) }
  }, [])
  if (scope === 'app') return null
  return <span className="ml-auto whitespace-nowrap text-dim">{scope === 'terminal' ? 'keys → agent' : <>keys → text field <Kbd>Esc</Kbd> leaves it</>}</span>
}

const Footer = ({ at }: { at: keyof typeof hints }) => {
  const leader = useUi((s) => s.leader)
  return (
    <footer className="flex min-h-6 shrink-0 items-center gap-3 overflow-hidden border-t border-line bg-surface px-3 text-xs text-faint max-sm:hidden">
      {leader ? <b className="font-medium text-accent">Ctrl+; — the next key is for the page, again leaves the terminal</b> : hints[at].map(([key, what]) => <span key={key} className="flex items-center gap-1 whitespace-nowrap"><Kbd>{named(key)}</Kbd>{what}</span>)}
      <Hears />
    </footer>
  )
}

/** A phone's way between pages. */
const BottomBar = () => {
  const needs = useNeeds()
  const designer = useStore((s) => fleetOf(s.sessions).find((x) => x.role === 'designer')?.id)
  const item = 'flex min-h-12 flex-1 items-center justify-center text-sm text-dim [&.active]:text-accent'
  return (
    <nav aria-label="Pages" className="flex shrink-0 border-t border-line bg-surface sm:hidden">
      <Link to="/" className={item} activeOptions={{ exact: true }}>Inbox{needs > 0 && <span className="nums ml-1 text-ask">{needs}</span>}</Link>
      {designer && <Link to="/s/$id/$tab" params={{ id: designer, tab: 'conversation' }} className={item}>Designer</Link>}
      <Link to="/spec" className={item}>Spec</Link>
      <Link to="/activity" className={item}>Activity</Link>
      <Link to="/settings" className={item}>Settings</Link>
    </nav>
  )
}

/** Frame of every page; beside a session what needs the person and the fleet stay in sight where there is room. */
export const Layout = () => {
  const { pathname } = useLocation()
  const place = placeOf(pathname)
  const wide = useMedia('(min-width: 1024px)')
  const stale = useStore((s) => s.connection === 'stale')
  return (
    <div className="flex h-dvh flex-col">
      <Header />
      <Banner />
      <div className={`flex min-h-0 flex-1 ${stale ? 'opacity-60' : ''}`}>
        {place && wide && (
          <aside data-landmark aria-label="Overview" className="flex w-64 shrink-0 flex-col gap-4 overflow-y-auto border-r border-line p-2">
            <Needs />
            <FleetList narrow current={place.session} />
          </aside>
        )}
        <main data-landmark tabIndex={-1} className="outline-none min-h-0 min-w-0 flex-1"><Outlet /></main>
      </div>
      <Footer at={place ? 'session' : pathname === '/' ? 'inbox' : 'other'} />
      <BottomBar />
      <Overlays />
      <Announcer />
    </div>
  )
}
