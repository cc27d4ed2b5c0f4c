import { memo } from 'react'
import type { ConversationTurn } from '@orchestra/contracts'
import { timeOf } from '../../ui/format.ts'
import { Markdown } from '../../ui/markdown.tsx'
import { oneLine, visible } from '../../ui/text.ts'

/** What tools did between two things said, folded to one line; the last step stands for all. */
const Steps = ({ steps }: { steps: ConversationTurn[] }) => {
  const last = steps.at(-1)
  return (
    <details className="mt-2 text-sm text-faint" data-testid="conversation-turn" data-by="tool">
      <summary className="cursor-pointer truncate hover:text-dim">
        {steps.length > 1 && <span className="nums">{steps.length} steps · </span>}{oneLine(last?.text ?? '').slice(0, 200)}
      </summary>
      <ul className="mt-1 flex flex-col gap-1 border-l border-line pl-3">
        {steps.map((s) => <li key={s.seq} className="wrap max-h-60 overflow-auto font-mono text-xs">{s.name && <b className="font-medium text-dim">{oneLine(s.name)} </b>}{visible(s.text)}</li>)}
      </ul>
    </details>
  )
}

const Turn = memo(({ turn }: { turn: ConversationTurn }) => {
  const mine = turn.by === 'person'
  return (
    <div data-testid="conversation-turn" data-by={turn.by} className={`mt-3 first:mt-0 ${mine ? 'ml-auto w-fit max-w-[85%] rounded-lg bg-raised px-3 py-2' : turn.by === 'session' ? 'border-l-2 border-ask/60 pl-3' : ''}`}>
      <p className="mb-0.5 flex items-baseline gap-2 text-xs text-faint">
        <span className={mine ? '' : 'font-medium text-dim'}>{mine ? 'you' : oneLine(turn.name)}</span>
        <time className="nums" dateTime={turn.at}>{timeOf(turn.at)}</time>
      </p>
      {mine ? <p className="wrap">{visible(turn.text)}</p> : <Markdown text={turn.text} />}
    </div>
  )
})

type Group = { tools: ConversationTurn[] } | { turn: ConversationTurn }

/** Neighbouring tool turns together. */
export const grouped = (turns: ConversationTurn[]): Group[] => {
  const out: Group[] = []
  for (const turn of turns) {
    const last = out.at(-1)
    if (turn.by !== 'tool') out.push({ turn })
    else if (last && 'tools' in last) last.tools.push(turn)
    else out.push({ tools: [turn] })
  }
  return out
}

export const Turns = ({ turns }: { turns: ConversationTurn[] }) => (
  <>{grouped(turns).map((g) => ('turn' in g ? <Turn key={g.turn.seq} turn={g.turn} /> : <Steps key={g.tools[0]?.seq} steps={g.tools} />))}</>
)
