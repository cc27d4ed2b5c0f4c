import type { MergeView, RunView, SessionView } from '@orchestra/contracts'
import { count } from '../../ui/format.ts'
import { oneLine } from '../../ui/text.ts'
import { runTone, runWord } from '../runs/run.tsx'

const Gate = ({ label, value, tone }: { label: string; value: string; tone: string }) => (
  <div className="flex flex-col"><dt className="text-xs text-faint">{label}</dt><dd className={`text-base ${tone}`}>{value}</dd></div>
)

const words: Record<MergeView['status'], string> = {
  requested: 'asks for your yes', approved: 'approved', waiting: 'in line', checking: 'checks run', landing: 'landing', merged: 'merged',
  conflict: 'conflict', checks_failed: 'checks failed', refused: 'refused', cancelled: 'cancelled', undone: 'undone',
}
const tones: Partial<Record<MergeView['status'], string>> = { conflict: 'text-ask', checks_failed: 'text-error', refused: 'text-error', merged: 'text-work', checking: 'text-work', landing: 'text-work' }

/** What stands between the branch and its target, in one line. */
export const Gates = ({ session, merge, run }: { session: SessionView; merge: MergeView | undefined; run: RunView | undefined }) => (
  <dl className="flex flex-wrap gap-x-6 gap-y-2">
    <Gate label="Branch" value={`${oneLine(session.branch ?? '')} → ${oneLine(merge?.target ?? session.target ?? '')}`} tone="text-text" />
    <Gate label="Commits" value={`${session.aheadBy} ahead${session.behindBy ? `, ${session.behindBy} behind` : ''}`} tone={session.aheadBy ? 'text-text' : 'text-dim'} />
    <Gate label="Merge" value={merge ? `${words[merge.status]}${merge.place !== null ? `, place ${merge.place}` : ''}` : 'not prepared'} tone={(merge && tones[merge.status]) ?? 'text-dim'} />
    <Gate label="Conflicts" value={merge ? (merge.conflicts.length ? count(merge.conflicts.length, 'file') : 'none') : '–'} tone={merge?.conflicts.length ? 'text-ask' : 'text-dim'} />
    <Gate label="Checks" value={run ? runWord[run.status] : 'not run'} tone={run ? runTone[run.status] : 'text-dim'} />
    {merge?.statusText && <Gate label="State" value={oneLine(merge.statusText)} tone="text-dim" />}
  </dl>
)
