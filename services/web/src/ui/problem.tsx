import type { Problem } from '@orchestra/contracts'
import { plainLog, visible } from './text.ts'

/** What failed is said last. */
const atItsEnd = (box: HTMLPreElement | null): void => { if (box) box.scrollTop = box.scrollHeight }

/** What went wrong, what to do next, and the long text behind it. */
export const ProblemNote = ({ problem, open = false }: { problem: Problem; open?: boolean }) => (
  <div role="alert" className="flex flex-col gap-1 rounded-md border border-error/40 bg-error/5 px-3 py-2">
    <p className="wrap text-base text-error">{visible(problem.message)}</p>
    <p className="wrap text-sm text-dim">{visible(problem.next)}</p>
    {problem.detail && (
      <details open={open} onToggle={(e) => atItsEnd(e.currentTarget.querySelector('pre'))}>
        <summary className="cursor-pointer text-sm text-faint">Details</summary>
        <pre ref={atItsEnd} className="wrap mt-1 max-h-72 overflow-auto rounded-sm bg-bg p-2 font-mono text-xs">{plainLog(problem.detail)}</pre>
      </details>
    )}
  </div>
)
