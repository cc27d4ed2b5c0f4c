import { useState } from 'react'
import type { MergeView } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { Button } from '../../ui/controls.tsx'
import { short } from '../../ui/format.ts'
import { oneLine } from '../../ui/text.ts'

/** Copies where the browser allows it; plain http on a network does not. */
export const Copy = ({ text }: { text: string }) => {
  const [done, setDone] = useState(false)
  if (!navigator.clipboard) return null
  return <Button tone="quiet" onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}>{done ? 'Copied' : 'Copy'}</Button>
}

/** After a merge: what to publish, and the way back. */
export const Landed = ({ merge }: { merge: MergeView }) => (
  <div data-testid="merge-landed" className="flex flex-col gap-2 rounded-md border border-work/50 px-3 py-2">
    <p className={merge.status === 'undone' ? 'text-dim' : 'text-work'}>
      {merge.status === 'undone'
        ? <>Undone by <code className="font-mono">{short(merge.undoSha ?? '')}</code>, a commit that takes the changes back.</>
        : <>Merged into {oneLine(merge.target)} as <code className="font-mono">{short(merge.mergedSha ?? '')}</code>.</>}
    </p>
    {merge.pushCommand && (
      <div className="flex flex-wrap items-center gap-2 text-sm text-dim">
        To publish it: <code data-testid="push-command" className="rounded-sm bg-raised px-1.5 py-0.5 font-mono text-text">{oneLine(merge.pushCommand)}</code><Copy text={merge.pushCommand} />
      </div>
    )}
    {merge.status === 'merged' && <div><Button onClick={() => void act('merge.undo', { merge: merge.id }, `Undone in ${merge.target}`)}>Undo the merge</Button></div>}
  </div>
)
