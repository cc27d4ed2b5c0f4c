import { useEffect, useRef } from 'react'
import type { AttentionView } from '@orchestra/contracts'
import { go } from '../../app/nav.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Chip } from '../../ui/controls.tsx'
import { Clock } from '../../ui/clock.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { Shape } from '../../ui/status.tsx'
import { oneLine, plain, visible } from '../../ui/text.ts'
import { short } from '../../ui/format.ts'
import { Actions, Options } from './actions.tsx'
import { holdsUp, lookOf, takesReply } from './looks.ts'
import { ReplyBox } from './reply.tsx'

const toneText = { ask: 'text-ask', error: 'text-error', review: 'text-review' }

/** One thing that needs the person, answerable where it stands. Unselected it is folded to two lines. */
export const AttentionCard = ({ item, selected, onSelect, inPlace = false }: { item: AttentionView; selected: boolean; onSelect: () => void; /** on the session's own page: without the way there */ inPlace?: boolean }) => {
  const look = lookOf(item.kind)
  const problem = useStore((s) => (item.session && item.kind === 'failed-start' ? (s.sessions[item.session]?.problem ?? null) : null))
  const name = useStore((s) => (item.session ? oneLine(s.sessions[item.session]?.title || item.session) : ''))
  const merge = useStore((s) => (item.mergeId ? s.merges[item.mergeId] : undefined))
  const pending = useUi((s) => s.pending?.attention === item.id)
  const ref = useRef<HTMLElement>(null)
  useEffect(() => { if (selected) ref.current?.scrollIntoView({ block: 'nearest' }) }, [selected])
  return (
    <article
      ref={ref} data-testid="attention-item" data-kind={item.kind} data-session={item.session ?? ''} data-id={item.id} data-with={item.with} aria-current={selected}
      onClick={onSelect} onFocus={(e) => { if (e.target.matches(':focus-visible')) onSelect() }}
      className={`flex flex-col gap-2 rounded-lg border bg-surface px-3 py-2.5 ${selected ? 'border-accent/60 shadow-[inset_3px_0_0_var(--accent)]' : 'border-line'} ${pending ? 'opacity-70' : ''}`}
    >
      <header className="flex items-center gap-2">
        <Shape shape={look.shape} tone={look.tone} />
        <span className={`text-sm font-medium ${toneText[look.tone]}`}>{look.word}</span>
        {item.session && (
          <button type="button" className="truncate text-sm font-medium text-text hover:underline" onClick={() => go.session(item.session ?? '')}>{name}</button>
        )}
        {item.with === 'designer' && <Chip title="The designer was asked first; you may answer, too">with the designer</Chip>}
        {holdsUp(item) && <Clock since={item.since} className="ml-auto text-sm text-faint" />}
      </header>
      {item.title && oneLine(item.title) !== name && <h3 className="text-base font-medium [overflow-wrap:anywhere]">{oneLine(item.title)}</h3>}
      {item.text && !(selected && problem) && (selected
        ? <div className="max-h-96 overflow-auto"><Markdown text={item.text} /></div>
        : <p className="line-clamp-2 text-base text-dim [overflow-wrap:anywhere]">{plain(item.text)}</p>)}
      {item.note && <p className="wrap border-l-2 border-ask/60 pl-2.5 text-sm text-dim"><span className="font-medium">Designer:</span> {visible(item.note)}</p>}
      {merge && selected && item.kind === 'approval' && (
        <p className="text-sm text-dim">
          <span className="font-mono">{short(merge.tip)}</span> into {oneLine(merge.target)} at <span className="font-mono">{short(merge.targetSha)}</span>
          {merge.statusText && merge.statusText !== item.text && <> · {oneLine(merge.statusText)}</>}
        </p>
      )}
      {selected && problem && <ProblemNote problem={problem} open />}
      <div className={`flex gap-2 empty:hidden ${selected ? 'flex-col' : 'flex-wrap'}`}>
        <Options item={item} selected={selected} stacked={selected && !inPlace} />
        {selected && takesReply(item) && <ReplyBox item={item} />}
        <Actions item={item} selected={selected} inPlace={inPlace} />
      </div>
    </article>
  )
}
