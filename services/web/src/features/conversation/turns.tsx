import { memo } from 'react'
import type { ConversationTurn } from '@orchestra/contracts'
import { grouped, stepsOf } from './group.ts'
import { timeOf } from '../../ui/format.ts'
import { Markdown } from '../../ui/markdown.tsx'
import { oneLine, visible } from '../../ui/text.ts'

/** What tools did between two things said, folded to one line; the last step stands for all. */
const Steps = ({ turns }: { turns: ConversationTurn[] }) => {
  const steps = stepsOf(turns)
  return (
    <details className="mt-2 text-sm text-faint" data-testid="conversation-turn" data-by="tool">
      <summary className="cursor-pointer truncate hover:text-dim">
        {steps.length > 1 && <span className="nums">{steps.length} steps · </span>}{oneLine(steps.at(-1) ?? '').slice(0, 200)}
      </summary>
      <ul className="mt-1 flex flex-col gap-0.5 border-l border-line pl-3">
        {steps.map((step, i) => <li key={i} className="wrap">{visible(step)}</li>)}
      </ul>
    </details>
  )
}

/** What a session was started with: long, and known to who wrote it. */
const Brief = ({ turn }: { turn: ConversationTurn }) => (
  <details className="mt-2 text-sm text-faint" data-testid="conversation-turn" data-by="brief">
    <summary className="cursor-pointer hover:text-dim">Brief</summary>
    <div className="mt-1 border-l border-line pl-3 text-base text-dim"><Markdown text={turn.text} /></div>
  </details>
)

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

/** One event can make several turns. */
const keyOf = (t: ConversationTurn) => `${t.seq}${t.by}${t.name}${t.text.slice(0, 20)}`

export const Turns = ({ turns }: { turns: ConversationTurn[] }) => (
  <>{grouped(turns).map((g) => ('turn' in g ? g.turn.by === 'session' && g.turn.name === 'brief' ? <Brief key={keyOf(g.turn)} turn={g.turn} /> : <Turn key={keyOf(g.turn)} turn={g.turn} /> : <Steps key={`tools${g.tools[0]?.seq}`} turns={g.tools} />))}</>
)
