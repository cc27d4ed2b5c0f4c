import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Empty } from '../../ui/controls.tsx'
import { Clock } from '../../ui/clock.tsx'
import { fleetOf } from '../../model.ts'
import { AttentionCard } from './card.tsx'
import { useCursor } from './cursor.ts'
import { holdsUp } from './looks.ts'

const AllQuiet = () => {
  const sessions = useStore((s) => s.sessions)
  const working = fleetOf(sessions).filter((x) => x.status === 'working').length
  return (
    <Empty title={working ? `Nothing needs you. ${working} working.` : 'Nothing needs you.'}>
      Talk to the designer, write the spec with <b>s</b>, or start a session with <b>n</b>. Press <b>?</b> for all keys.
    </Empty>
  )
}

/** What needs the person, in the server's order. */
export const AttentionList = () => {
  const items = useStore((s) => s.attention)
  const cursor = useCursor()
  const oldest = items.filter(holdsUp).reduce<string | null>((a, i) => (a === null || i.since < a ? i.since : a), null)
  return (
    <section aria-label="Needs you" data-testid="attention-list" className="flex flex-col gap-2">
      <header className="flex items-baseline gap-2 px-1">
        <h2 className="text-sm font-semibold text-dim">Needs you</h2>
        <span className="nums text-sm text-ask">{items.length || ''}</span>
        {oldest && <span className="ml-auto text-sm text-faint">longest wait <Clock since={oldest} className="text-dim" /></span>}
      </header>
      {items.length === 0 ? <div className="rounded-lg border border-dashed border-line"><AllQuiet /></div> : (
        <ol className="flex flex-col gap-2">
          {items.map((item) => (
            <li key={item.id}>
              <AttentionCard item={item} selected={cursor === `a:${item.id}`} onSelect={() => useUi.getState().setCursor(`a:${item.id}`)} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
