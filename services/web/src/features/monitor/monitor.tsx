import type { SessionView, TimelineEntry } from '@orchestra/contracts'
import { Button, Empty } from '../../ui/controls.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { compact, dollars, timeOf } from '../../ui/format.ts'
import { oneLine, plainLog } from '../../ui/text.ts'
import { useTimeline } from './entries.ts'
import { marks } from './marks.ts'

const Entry = ({ entry: e }: { entry: TimelineEntry }) => {
  const line = (
    <span className={`flex min-w-0 gap-2 ${e.ok === false || e.kind === 'error' ? 'text-error' : e.kind === 'commit' ? 'text-text font-medium' : 'text-text'}`}>
      <span aria-hidden className="w-3 shrink-0 text-center text-faint">{marks[e.kind]}</span>
      <span className="[overflow-wrap:anywhere]">{oneLine(e.text)}</span>
    </span>
  )
  return (
    <li data-testid="timeline-entry" data-kind={e.kind} className="grid grid-cols-[64px_1fr] gap-2 py-[3px] text-base">
      <time dateTime={e.at} className="nums text-sm text-faint">{timeOf(e.at)}</time>
      {e.detail ? (
        <details>
          <summary className="cursor-pointer list-none">{line}</summary>
          <pre className="wrap mt-1 ml-5 max-h-80 overflow-auto rounded-md bg-raised p-2 font-mono text-xs text-dim">{plainLog(e.detail)}</pre>
        </details>
      ) : line}
    </li>
  )
}

/** Tokens and money of a session. No price is shown where none is known. */
export const UsageLine = ({ usage }: { usage: SessionView['usage'] }) => {
  const t = usage.tokens
  const parts = [`${compact(t.input + t.cacheWrite)} in`, `${compact(t.cacheRead)} cached`, `${compact(t.output)} out`]
  return (
    <p className="nums text-sm text-dim">
      {parts.join(' · ')}
      {usage.costUsd !== null && <> · <b className="font-medium text-text">{dollars(usage.costUsd)}</b></>}
      {usage.window && <> · {Math.round(usage.window.used * 100)}% of the subscription’s window{usage.window.resetsAt && `, resets ${timeOf(usage.window.resetsAt)}`}</>}
    </p>
  )
}

/** What the session did, as sentences, newest first. */
export const Monitor = ({ session }: { session: SessionView }) => {
  const { entries, loading, problem, more, earlier } = useTimeline(session.id)
  return (
    <div className="h-full overflow-y-auto px-4 py-3">
      <div className="mx-auto max-w-4xl">
        <UsageLine usage={session.usage} />
        {problem && <ProblemNote problem={problem} />}
        {!loading && entries.length === 0 && <Empty title="Nothing has happened yet.">Each step of the agent appears here as a sentence.</Empty>}
        <ol aria-label="Timeline" className="mt-2">{entries.toReversed().map((e) => <Entry key={`${e.seq}${e.kind}${e.text}`} entry={e} />)}</ol>
        {more && <Button tone="quiet" onClick={() => void earlier()}>Earlier</Button>}
      </div>
    </div>
  )
}
