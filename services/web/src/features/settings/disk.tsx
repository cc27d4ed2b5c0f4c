import { useState } from 'react'
import type { DiskUse as Measured } from '@orchestra/contracts'
import { read } from '../../api.ts'
import { useUi } from '../../ui-store.ts'
import { Button } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'

const size = (bytes: number | null): string => (bytes === null ? 'not known' : bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${Math.ceil(bytes / 1024 / 1024)} MB`)

/** What each session holds, and for a merged one the way to have it back. Measured when asked. */
export const DiskUse = () => {
  const [measured, setMeasured] = useState<Measured | null>(null)
  const { sessions = null, orphans = [] } = measured ?? {}
  const [busy, setBusy] = useState(false)
  const measure = async () => {
    setBusy(true)
    const got = await read('disk')
    if (got.ok) setMeasured(got.value)
    else useUi.getState().toast({ text: got.problem.message, tone: 'error' })
    setBusy(false)
  }
  return (
    <div className="flex flex-col gap-2" data-testid="disk-use">
      {sessions?.length === 0 && <p className="text-dim">Sessions hold nothing on the disk.</p>}
      {sessions && sessions.length > 0 && (
        <table className="w-full text-sm">
          <thead><tr className="text-left text-dim"><th className="font-medium">Session</th><th className="font-medium">Worktree</th><th className="font-medium">Conversation</th><th className="font-medium">Snapshots</th><th /></tr></thead>
          <tbody>
            {sessions.map((d) => (
              <tr key={d.session} data-testid="disk-row" data-session={d.session} data-status={d.status}>
                <td className="truncate py-1 pr-2">{oneLine(d.title)} <span className="text-faint">{d.status}</span></td>
                <td className="nums pr-2">{d.worktree === null ? '–' : size(d.worktree)}</td><td className="nums pr-2">{size(d.volumes)}</td><td className="nums pr-2">{size(d.snapshots)}</td>
                <td className="text-right">{d.mergedWhole && <Button tone="quiet" title="All of it is merged; its branch stays" onClick={() => useUi.getState().setOverlay({ kind: 'delete', session: d.session })}>Clean up</Button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {orphans.length > 0 && (
        <p className="text-sm text-dim" data-testid="disk-orphans">
          Volumes of no session here, kept because commits may be in them: {orphans.map((o) => `${oneLine(o.session)} (${size(o.bytes)})`).join(', ')}. <code>orchestra status</code> says how to remove them.
        </p>
      )}
      <div><Button onClick={() => void measure()} disabled={busy}>{busy ? 'Measuring…' : sessions ? 'Measure again' : 'What do sessions hold?'}</Button></div>
    </div>
  )
}
