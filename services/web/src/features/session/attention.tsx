import { useState } from 'react'
import { act } from '../../act.ts'
import { go } from '../../app/nav.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { AttentionCard } from '../attention/card.tsx'
import { Button } from '../../ui/controls.tsx'
import { Shape } from '../../ui/status.tsx'
import { oneLine, visible } from '../../ui/text.ts'

/** What this session needs, above its panes; folded away it stays folded until there is something else. */
export const SessionAttention = ({ session }: { session: string }) => {
  const items = useStore((s) => s.attention)
  const [folded, setFolded] = useState<string | null>(null)
  const mine = items.filter((a) => a.session === session && a.kind !== 'failed-start')
  const first = mine[0]
  if (!first || folded === first.id) return null
  if (first.kind === 'complete') return (
    <div data-testid="attention-item" data-kind={first.kind} data-session={session} data-id={first.id} className="flex shrink-0 items-center gap-3 border-b border-line bg-surface px-3 py-1.5">
      <Shape shape="check" tone="review" />
      <p className="min-w-0 flex-1 truncate" title={visible(first.text)}>{oneLine(first.text)}</p>
      <Button tone="primary" hint="v" onClick={() => go.session(session, 'review')}>Review</Button>
      <Button tone="quiet" hint="e" onClick={() => void act('attention.dismiss', { id: first.id })}>Done</Button>
    </div>
  )
  return (
    <div className="relative max-h-[45%] shrink-0 overflow-y-auto border-b border-line p-2">
      <AttentionCard item={first} selected inPlace onSelect={() => useUi.getState().setCursor(`a:${first.id}`)} />
      <div className="flex items-center justify-end gap-2 pt-1 text-sm text-faint">
        {mine.length > 1 && <span>{mine.length - 1} more</span>}
        <Button tone="quiet" className="min-h-6" onClick={() => setFolded(first.id)}>Later</Button>
      </div>
    </div>
  )
}
