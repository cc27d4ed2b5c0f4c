import { useEffect, useRef, useState } from 'react'
import type { RunView } from '@orchestra/contracts'
import { act } from '../../act.ts'
import { read, socketUrl } from '../../api.ts'
import { Button } from '../../ui/controls.tsx'
import { Clock } from '../../ui/clock.tsx'
import { plainLog, oneLine } from '../../ui/text.ts'

const names: Record<RunView['kind'], string> = { setup: 'Setup', check: 'Checks', 'merge-check': 'Checks on the merged tree', image: 'Image build' }
export const runTone: Record<RunView['status'], string> = { waiting: 'text-faint', running: 'text-work', passed: 'text-work', failed: 'text-error', cancelled: 'text-dim' }
export const runWord: Record<RunView['status'], string> = { waiting: 'waiting', running: 'running', passed: 'passed', failed: 'failed', cancelled: 'cancelled' }

/** Characters of a log that the page keeps; the whole is on the server. */
const KEEP = 400_000

/** A run's log: what there is, then what comes while it runs. */
const useLog = (run: RunView): string => {
  const [log, setLog] = useState('')
  const growing = run.status === 'running' || run.status === 'waiting'
  // The end of a log may arrive after the end of its run.
  const known = growing ? 0 : run.logBytes
  useEffect(() => {
    let stopped = false
    let socket: WebSocket | null = null
    if (!growing) {
      void read('runLog', { run: run.id }).then((r) => { if (!stopped) setLog(r.ok ? r.value.slice(-KEEP) : r.problem.message) })
      return () => { stopped = true }
    }
    void socketUrl(`/ws/run/${run.id}`).then((url) => {
      if (stopped) return
      socket = new WebSocket(url)
      setLog('')
      socket.onmessage = (e) => setLog((l) => (l + String(e.data)).slice(-KEEP))
    }, (cause: unknown) => setLog(String(cause)))
    return () => { stopped = true; socket?.close() }
  }, [run.id, growing, known])
  return log
}

export const RunLog = ({ run }: { run: RunView }) => {
  const log = useLog(run)
  const box = useRef<HTMLPreElement>(null)
  const atEnd = useRef(true)
  useEffect(() => { if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight }, [log])
  return (
    <pre
      ref={box} data-testid="run-log" className="wrap max-h-72 min-h-10 overflow-auto rounded-md bg-bg p-2 font-mono text-xs text-dim"
      onScroll={(e) => { atEnd.current = e.currentTarget.scrollHeight - e.currentTarget.scrollTop - e.currentTarget.clientHeight < 30 }}
    >{plainLog(log) || '…'}</pre>
  )
}

/** One run in a row that unfolds to its log. */
export const RunRow = ({ run, open = false }: { run: RunView; open?: boolean }) => {
  const [shown, setShown] = useState(open)
  const over = run.status !== 'running' && run.status !== 'waiting'
  return (
    <div data-testid="run" data-kind={run.kind} data-status={run.status} className="rounded-md border border-line bg-surface">
      <div className="flex min-h-9 flex-wrap items-center gap-2 px-2.5">
        <button type="button" aria-expanded={shown} className="flex min-w-0 flex-1 items-center gap-2 text-left" onClick={() => setShown(!shown)}>
          <span aria-hidden className="text-faint">{shown ? '▾' : '▸'}</span>
          <span className="whitespace-nowrap">{names[run.kind]}</span>
          <span className={`whitespace-nowrap text-sm ${runTone[run.status]}`}>{runWord[run.status]}{run.exitCode !== null && run.exitCode !== 0 && ` (${run.exitCode})`}</span>
          <code className="truncate font-mono text-xs text-faint">{oneLine(run.lastLine || run.command)}</code>
        </button>
        {run.startedAt && <Clock since={run.endedAt ?? run.startedAt} className="text-sm text-faint" />}
        {over ? run.status !== 'passed' && run.kind !== 'merge-check' && <Button tone="quiet" onClick={() => void act('run.retry', { run: run.id })}>Run again</Button>
          : <Button tone="quiet" onClick={() => void act('run.cancel', { run: run.id })}>Cancel</Button>}
      </div>
      {shown && <div className="border-t border-line p-2"><RunLog run={run} /></div>}
    </div>
  )
}
