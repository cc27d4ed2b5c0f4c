import type { MergeView, SessionView } from '@orchestra/contracts'
import { act, approve, attentionOfMerge, undoAnswer } from '../../act.ts'
import { read } from '../../api.ts'
import { mergeOf, runsOf } from '../../model.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { short } from '../../ui/format.ts'
import { useLive } from '../../ui/live.ts'
import { ProblemNote } from '../../ui/problem.tsx'
import { oneLine } from '../../ui/text.ts'
import { DiffFiles } from '../diff/files.tsx'
import { LiveDiff } from '../diff/live.tsx'
import { RunRow } from '../runs/run.tsx'
import { Gates } from './gates.tsx'
import { Landed } from './landed.tsx'

const open = (m: MergeView | undefined): m is MergeView => m !== undefined && m.status !== 'merged' && m.status !== 'undone'

/** Settled without a merge: the way back is to ask anew. */
const again: ReadonlySet<MergeView['status']> = new Set(['conflict', 'checks_failed', 'refused'])

/** The buttons for where a merge stands. */
const Moves = ({ session, merge }: { session: SessionView; merge: MergeView | undefined }) => {
  const request = () => act('merge.request', { session: session.id })
  const held = useUi((s) => merge !== undefined && s.pending?.attention === attentionOfMerge(merge.id))
  // After a merge there is nothing to prepare until the session commits again.
  const landed = merge !== undefined && merge.tip === session.tip
  if (!open(merge)) return !landed ? <Button tone="primary" onClick={() => void request()} disabled={!session.tip || session.aheadBy === 0}>{merge ? 'Prepare another merge' : 'Prepare the merge'}</Button> : null
  if (held) return <span role="status" className="flex items-center gap-2 text-sm text-dim">Merging into {oneLine(merge.target)}… <Button hint="u" onClick={undoAnswer}>Undo</Button></span>
  const inLine = merge.status === 'approved' || merge.status === 'waiting' || merge.status === 'checking'
  const moved = session.tip !== null && session.tip !== merge.tip && merge.status === 'requested'
  return (
    <>
      {merge.status === 'requested' && <Button tone="primary" hint="A" data-testid="merge-approve" disabled={moved} onClick={() => approve(merge)}>Approve and merge into {oneLine(merge.target)}</Button>}
      {moved && <Button onClick={() => void request()}>Look at the newest commits</Button>}
      {(merge.status === 'conflict' || merge.status === 'checks_failed') && (
        <Button tone="primary" onClick={() => void act('merge.resolve', { merge: merge.id }, `Sent to ${session.id}`)}>
          {merge.status === 'conflict' ? `Ask ${session.id} to resolve it` : `Send back to ${session.id}`}
        </Button>
      )}
      {again.has(merge.status) && <Button onClick={() => void request()}>Prepare again</Button>}
      {(inLine || merge.status === 'requested') && <Button onClick={() => void act('merge.cancel', { merge: merge.id })}>{inLine ? 'Cancel the merge' : 'Not now'}</Button>}
    </>
  )
}

const MergeDiff = ({ merge, top }: { merge: MergeView; top: React.ReactNode }) => {
  const live = useLive(`merge:${merge.id}`, `${merge.tip}${merge.targetSha}`, () => read('mergeDiff', { merge: merge.id }))
  if (live.value) return <DiffFiles diff={live.value} marks top={top} />
  return <div className="overflow-y-auto">{top}{live.problem ? <div className="p-3"><ProblemNote problem={live.problem} /></div> : <Empty title="Computing the diff…" />}</div>
}

/** From the diff to the merge, with nothing approved that was not shown. */
export const Review = ({ session }: { session: SessionView }) => {
  const merges = useStore((s) => s.merges)
  const runs = useStore((s) => s.runs)
  const checkCommand = useStore((s) => s.project?.settings.checkCommand ?? null)
  const merge = mergeOf(merges, session.id)
  const mine = runsOf(runs, session.id).filter((r) => r.kind === 'check' && r.id !== merge?.runId)
  const mergeRun = merge?.runId ? runs[merge.runId] : undefined
  if (session.role === 'designer') return <Empty title="The designer has nothing to merge.">It writes the spec alone; executors bring branches.</Empty>
  const top = (
    <div className="flex flex-col gap-2.5 border-b border-line p-3" data-testid="review" data-status={merge?.status ?? 'none'}>
      <Gates session={session} merge={merge} run={mergeRun ?? mine[0]} />
      {merge && !open(merge) && <Landed merge={merge} />}
      {merge?.problem && <ProblemNote problem={merge.problem} open={merge.status === 'checks_failed'} />}
      {merge && merge.conflicts.length > 0 && (
        <div className="rounded-md border border-ask/50 px-3 py-2">
          <p className="text-ask">Conflicts with {oneLine(merge.target)}. Nothing was moved.</p>
          <ul className="mt-1 font-mono text-sm">{merge.conflicts.map((c) => <li key={c}>{oneLine(c)}</li>)}</ul>
        </div>
      )}
      {mergeRun && <RunRow key={mergeRun.id} run={mergeRun} open={mergeRun.status !== 'passed'} />}
      <div className="flex flex-wrap items-center gap-1.5">
        <Moves session={session} merge={merge} />
        <Button onClick={() => void act('session.check', { session: session.id })} disabled={!checkCommand} title={checkCommand ? oneLine(checkCommand) : 'No check command: set one in Settings'}>Run checks</Button>
        {merge && open(merge) && <span className="text-sm text-faint">bound to <code className="font-mono">{short(merge.tip)}</code> on <code className="font-mono">{short(merge.targetSha)}</code></span>}
      </div>
      {mine.slice(0, 3).map((r) => <RunRow key={r.id} run={r} open={r.status === 'running'} />)}
    </div>
  )
  if (open(merge)) return <MergeDiff merge={merge} top={top} />
  return <div className="flex h-full min-h-0 flex-col">{top}<div className="min-h-0 flex-1"><LiveDiff session={session} /></div></div>
}
