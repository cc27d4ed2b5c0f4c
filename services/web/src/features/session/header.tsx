import { useState } from 'react'
import type { SessionView } from '@orchestra/contracts'
import { act, togglePaired } from '../../act.ts'
import { needsRebuild } from '../../model.ts'
import { useUi } from '../../ui-store.ts'
import { Badges } from '../../ui/badges.tsx'
import { Clock } from '../../ui/clock.tsx'
import { Button, Chip } from '../../ui/controls.tsx'
import { useMedia } from '../../ui/live.ts'
import { Status } from '../../ui/status.tsx'
import { oneLine } from '../../ui/text.ts'
import { go } from '../../app/nav.ts'
import { MoreBudget } from './budget.tsx'
import { Facts } from './facts.tsx'

const busy = new Set(['working', 'waiting', 'dialog', 'stuck'])
const stopped = new Set(['paused', 'interrupted', 'limited', 'archived'])
const over = new Set(['lost', 'failed'])

const Controls = ({ session: s }: { session: SessionView }) => {
  const input = { session: s.id }
  const running = !stopped.has(s.status) && !over.has(s.status) && s.status !== 'queued' && s.status !== 'starting' && s.status !== 'setup'
  return (
    <>
      {busy.has(s.status) && <Button tone="quiet" onClick={() => void act('session.interrupt', input)} title="Ends the turn, keeps the conversation">Interrupt</Button>}
      {running && <Button tone="quiet" onClick={() => void act('session.pause', input)} title="Nothing runs or spends">Pause</Button>}
      {needsRebuild(s) && <Button tone="primary" onClick={() => void act('session.rebuild', input)}>Rebuild</Button>}
      {s.pausedBy === 'budget' && <MoreBudget session={s} />}
      {stopped.has(s.status) && s.pausedBy !== 'budget' && !needsRebuild(s) && <Button tone="primary" onClick={() => void act('session.continue', input)}>Continue</Button>}
      {s.status === 'lost' && <Button tone="primary" onClick={() => void act('session.restart', input, `Starting ${s.id} again`)}>Restart</Button>}
    </>
  )
}

const ExecutorControls = ({ session: s }: { session: SessionView }) => (
  <>
    <Button tone="quiet" hint="p" aria-pressed={s.paired} title="Whether it also sees your project, read-only" onClick={() => void togglePaired(s)}>{s.paired ? 'Unpair' : 'Pair'}</Button>
    {s.appliedToCheckout
      ? <Button tone="quiet" onClick={() => void act('session.unapply', { session: s.id }, 'Taken back from your checkout')}>Take back from my checkout</Button>
      : s.diffStat.files > 0 && <Button tone="quiet" title="Stages its changes in your source directory" onClick={() => void act('session.apply', { session: s.id }, 'Staged in your checkout')}>Apply to my checkout</Button>}
    {s.status !== 'archived' && <Button tone="quiet" title="Its container goes; conversation, files and branch are kept" onClick={() => void act('session.archive', { session: s.id }, `Archiving ${s.id}`)}>Archive</Button>}
    <Button tone="quiet" title="Ctrl + D" onClick={() => useUi.getState().setOverlay({ kind: 'delete', session: s.id })}>Delete</Button>
  </>
)

/** All that can be done with it, given its state. */
const AllControls = ({ session: s }: { session: SessionView }) =>
  s.status === 'deleted'
    ? <Button tone="primary" onClick={() => void act('session.restore', { session: s.id }, `${s.id} restored`)}>Restore</Button>
    : <><Controls session={s} />{s.role === 'executor' && <ExecutorControls session={s} />}</>

/** Who this is, how it is, what can be done with it. */
export const SessionHeader = ({ session: s }: { session: SessionView }) => {
  const roomy = useMedia('(min-width: 720px)')
  const [facts, setFacts] = useState(false)
  return (
    <>
    <header className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 bg-surface px-3 pt-2 pb-1">
      <button type="button" onClick={go.inbox} aria-label="Back to the inbox" className="text-lg text-dim hover:text-text lg:hidden max-sm:min-h-11 max-sm:min-w-8">‹</button>
      <h1 className="min-w-0 truncate text-lg font-semibold">{oneLine(s.title) || s.id}</h1>
      {s.facts
        ? <button type="button" aria-expanded={facts} title="What this is derived from" className="rounded-md px-1 -mx-1 hover:bg-raised" onClick={() => setFacts(!facts)}><Status status={s.status} of={s} /></button>
        : <Status status={s.status} of={s} />}
      <Clock since={s.lastEventAt} className="text-sm text-faint" />
      {s.paired && <Chip tone="pair">◆ paired</Chip>}
      {s.appliedToCheckout && <Chip tone="pair">applied to your checkout</Chip>}
      <Badges badges={s.badges} />
      {s.permissionMode === 'ask' && <Chip tone="ask">asks before acting</Chip>}
      {roomy ? (
        <div className="ml-auto flex flex-wrap items-center"><AllControls session={s} /></div>
      ) : (
        <details className="relative ml-auto">
          <summary aria-label="Actions" className="flex min-h-11 min-w-11 cursor-pointer list-none items-center justify-center text-lg text-dim">⋯</summary>
          <div className="absolute right-0 z-30 flex flex-col items-stretch rounded-md border border-line bg-raised p-1 shadow-lg"><AllControls session={s} /></div>
        </details>
      )}
      {s.statusText && <p className="w-full truncate text-sm text-dim max-sm:hidden" title={oneLine(s.statusText)}>{oneLine(s.statusText)}{s.worktree && <span className="text-faint"> · <code className="font-mono text-xs">{oneLine(s.worktree)}</code></span>}</p>}
    </header>
    {facts && s.facts && <Facts facts={s.facts} />}
    </>
  )
}
