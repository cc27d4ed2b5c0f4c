import type { SessionView } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { needsRebuild, runsOf } from '../../model.ts'
import { useStore } from '../../store.ts'
import { Button } from '../../ui/controls.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { RunRow } from '../runs/run.tsx'

const steps: [NonNullable<SessionView['startStep']>, string][] = [
  ['branch', 'branch'], ['worktree', 'worktree'], ['relay', 'connection'], ['container', 'container'], ['setup', 'setup'], ['cli', 'agent'],
]

/** How far a start has come; where it failed: which step, the end of its log, and retry. */
export const StartPanel = ({ session: s }: { session: SessionView }) => {
  const runs = useStore((st) => st.runs)
  const starting = s.status === 'queued' || s.status === 'starting' || s.status === 'setup'
  const failed = s.status === 'failed' || s.status === 'lost'
  if (!starting && !failed) return null
  const at = steps.findIndex(([step]) => step === s.startStep)
  const setup = runsOf(runs, s.id).find((r) => r.kind === 'setup')
  return (
    <div data-testid="start-panel" className="flex max-h-[60%] shrink-0 flex-col gap-2 overflow-y-auto border-b border-line bg-surface p-3">
      <div className="flex flex-wrap items-center gap-3">
        <ol aria-label="Start" className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {steps.map(([step, word], i) => {
            const here = i === at
            return (
              <li key={step} aria-current={here ? 'step' : undefined} className={here ? (failed ? 'font-medium text-error' : 'font-medium text-work') : i < at ? 'text-dim' : 'text-faint'}>
                <span aria-hidden>{here ? (failed ? '□' : '▸') : i < at ? '✓' : '·'}</span> {word}{here && failed && ' failed'}
              </li>
            )
          })}
        </ol>
        {failed && !needsRebuild(s) && <span className="ml-auto"><Button tone="primary" onClick={() => void act(s.status === 'lost' ? 'session.restart' : 'session.retry', { session: s.id })}>Retry</Button></span>}
      </div>
      {/* The end of a setup command's log stands below it already. */}
      {s.problem && <ProblemNote problem={s.problem} open={!(setup?.status === 'failed' && s.startStep === 'setup')} />}
      {setup && <RunRow key={setup.id} run={setup} open={setup.status !== 'passed'} />}
    </div>
  )
}
