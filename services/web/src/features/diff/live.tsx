import { useState } from 'react'
import type { DiffView, SessionView } from '@orchestra/contracts'
import { read } from '../../api.ts'
import { useStore } from '../../store.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { useLive } from '../../ui/live.ts'
import { ProblemNote } from '../../ui/problem.tsx'
import { DiffFiles } from './files.tsx'

/** Files whose shown patch is no longer the newest. */
const changedSince = (shown: DiffView, newest: DiffView): number => {
  const old = new Map(shown.files.map((f) => [f.path, `${f.blob}${f.state}`]))
  const now = new Map(newest.files.map((f) => [f.path, `${f.blob}${f.state}`]))
  return [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path)).length
}

/**
 * The session's work against its merge base: committed, uncommitted and untracked. It follows while the reader is at the top;
 * once they scroll, what they read stands still and changes wait behind a button.
 */
export const LiveDiff = ({ session, index = true }: { session: SessionView; index?: boolean }) => {
  const version = useStore((s) => `${s.epoch}.${Math.max(session.diffVersion, s.activity[session.id]?.diffVersion ?? 0)}`)
  const live = useLive(`diff:${session.id}`, version, () => read('diff', { session: session.id }))
  const [held, setHeld] = useState<DiffView | null>(null)
  const newest = live.value
  const shown = held ?? newest
  const behind = held && newest && held !== newest ? changedSince(held, newest) : 0
  if (live.problem && !shown) return <div className="p-4"><ProblemNote problem={live.problem} /></div>
  if (!shown) return <Empty title="Computing the diff…" />
  if (shown.files.length === 0) return (
    <Empty title={session.behindBy > 0 && session.aheadBy === 0 ? 'Nothing here that its target does not have.' : 'No changes yet.'}>{session.lastActivity || 'Files appear here within a second of being written, committed or not.'}</Empty>
  )
  return (
    <div className="flex h-full min-h-0 flex-col" data-testid="diff" data-version={shown.version} data-following={held === null}>
      <div className="flex min-h-8 items-center gap-2 border-b border-line bg-surface px-3 text-sm">
        {held === null
          ? <span className="flex items-center gap-1.5 text-work"><span aria-hidden className="size-1.5 rounded-full bg-work" />following</span>
          : <span className="text-dim">standing still</span>}
        {behind > 0 && <Button tone="primary" className="min-h-6" onClick={() => setHeld(null)}>{behind} changed · show</Button>}
        {held !== null && behind === 0 && <Button tone="quiet" className="min-h-6" onClick={() => setHeld(null)}>Follow</Button>}
        {live.problem && <span className="truncate text-error">{live.problem.message}</span>}
      </div>
      <div className="min-h-0 flex-1">
        <DiffFiles diff={shown} index={index} onScroll={(top) => setHeld((h) => (top > 40 ? (h ?? newest) : h && newest === h ? null : h))} />
      </div>
    </div>
  )
}
