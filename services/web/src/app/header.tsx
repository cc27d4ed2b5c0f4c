import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { act } from '../act.ts'
import { holdsUp } from '../features/attention/looks.ts'
import { useNeeds, useQueue } from '../features/attention/queue.ts'
import { fleetOf } from '../model.ts'
import { useStore } from '../store.ts'
import { Clock } from '../ui/clock.tsx'
import { Button } from '../ui/controls.tsx'
import { age } from '../ui/format.ts'
import { useNow } from '../ui/live.ts'
import { oneLine } from '../ui/text.ts'

const Live = () => {
  const connection = useStore((s) => s.connection)
  const heardAt = useStore((s) => s.heardAt)
  const ago = useNow((now) => age(heardAt, now))
  if (connection === 'live') return <span className="flex items-center gap-1.5 text-sm text-faint" role="status"><span aria-hidden className="size-1.5 rounded-full bg-work" /><span className="max-sm:sr-only">live</span></span>
  return <span className="text-sm text-ask" role="status">{connection === 'stale' ? `not connected, as of ${ago} ago` : 'connecting…'}</span>
}

/** Two presses: the first says what the second does. */
const StopAll = () => {
  const running = useStore((s) => fleetOf(s.sessions).filter((x) => x.status === 'working' || x.status === 'waiting' || x.status === 'stuck').length)
  const [armed, setArmed] = useState(false)
  useEffect(() => {
    if (!armed) return
    const timer = setTimeout(() => setArmed(false), 3000)
    return () => clearTimeout(timer)
  }, [armed])
  if (running === 0) return null
  const press = () => {
    if (!armed) return setArmed(true)
    setArmed(false)
    void act('sessions.stopAll', {}, 'All sessions stopped')
  }
  return <Button tone={armed ? 'danger' : 'quiet'} onClick={press}>{armed ? `Stop ${running} now?` : 'Stop all'}</Button>
}

/** Whether the person is the bottleneck: how long the longest wait is, and who stands idle for an answer. */
const Waits = () => {
  const oldest = useQueue((q) => q.items.filter(holdsUp).reduce<string | null>((a, i) => (a === null || i.since < a ? i.since : a), null))
  const idle = useStore((s) => fleetOf(s.sessions).filter((x) => x.status === 'dialog' || (x.status === 'waiting' && (x.waitsFor === null || x.waitsFor.kind === 'person'))).length)
  if (oldest === null) return null
  return (
    <span data-testid="waits" className="flex items-center gap-2 text-sm whitespace-nowrap text-faint">
      {idle > 0 && <span className="max-md:hidden" title="Sessions that can’t go on without your answer">{idle} idle because of you</span>}
      <span>oldest <Clock since={oldest} className="text-ask" /></span>
    </span>
  )
}

const link = 'rounded-md px-2 py-1 text-sm text-dim hover:text-text [&.active]:text-text [&.active]:bg-raised'

export const Header = () => {
  const project = useStore((s) => s.project)
  const needs = useNeeds()
  return (
    <header data-landmark className="flex min-h-10 shrink-0 items-center gap-3 border-b border-line bg-surface px-3">
      <Link to="/" className="flex items-center gap-2 font-semibold" aria-label={`Inbox, ${needs} waiting`}>
        <svg viewBox="0 0 32 32" width="15" height="15" aria-hidden><path d="M5 4v24l22-12z" fill="var(--accent)" /></svg>
        <span className="max-w-52 truncate">{project ? oneLine(project.name) : 'Orchestra'}</span>
      </Link>
      {project && <span className="truncate text-sm text-faint" title={project.dirtyFiles.length ? project.dirtyFiles.map(oneLine).join('\n') : 'Nothing uncommitted in your checkout'}>{project.branch ? oneLine(project.branch) : 'detached HEAD'}{project.dirtyFiles.length > 0 && ` · ${project.dirtyFiles.length} uncommitted`}</span>}
      <nav aria-label="Pages" className="ml-auto flex items-center gap-0.5 max-sm:hidden">
        <Link to="/" className={link} activeOptions={{ exact: true }}>Inbox{needs > 0 && <span className="nums text-ask"> {needs}</span>}</Link>
        <Link to="/spec" className={link}>Spec</Link>
        <Link to="/activity" className={link}>Activity</Link>
        <Link to="/settings" className={link}>Settings</Link>
      </nav>
      <span className="max-sm:ml-auto" /><Waits /><StopAll />
      <Live />
    </header>
  )
}
