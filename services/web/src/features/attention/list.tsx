import { useEffect } from 'react'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Button, Empty, Kbd } from '../../ui/controls.tsx'
import { Clock } from '../../ui/clock.tsx'
import { oneLine } from '../../ui/text.ts'
import { fleetOf } from '../../model.ts'
import { AttentionCard } from './card.tsx'
import { useCursor } from './use-cursor.ts'
import { holdsUp, lookOf } from './looks.ts'
import { needsOf, showWaiting, useQueue, wakeUp, watchHands } from './queue.ts'

/** An empty list says how the agents are and what to press next. */
const AllQuiet = () => {
  const sessions = useStore((s) => s.sessions)
  const known = useStore((s) => s.epoch > 0)
  if (!known) return <Empty title="Connecting…" />
  const fleet = fleetOf(sessions)
  const busy = fleet.filter((x) => x.status === 'working' || x.status === 'starting' || x.status === 'setup')
  const oldest = busy.reduce<string | null>((a, s) => (a === null || s.lastEventAt < a ? s.lastEventAt : a), null)
  const alone = fleet.every((s) => s.role === 'designer')
  return (
    <Empty title={busy.length ? `Nothing needs you. ${busy.length} working.` : 'Nothing needs you.'}>
      {oldest && <span className="block">Oldest event <Clock since={oldest} className="text-dim" /> ago.</span>}
      {alone
        ? <>Tell the designer what you want, <Kbd>r</Kbd>. Or write the spec, <Kbd>s</Kbd>, or start a session yourself, <Kbd>n</Kbd>.</>
        : <>Talk to the designer <Kbd>r</Kbd> · spec <Kbd>s</Kbd> · new session <Kbd>n</Kbd> · all keys <Kbd>?</Kbd></>}
    </Empty>
  )
}

const Asleep = () => {
  const asleep = useQueue((q) => q.asleep)
  if (asleep.length === 0) return null
  return (
    <details className="px-1 text-sm text-faint">
      <summary className="cursor-pointer py-1">{asleep.length} put off</summary>
      <ul>
        {asleep.map((item) => (
          <li key={item.id} className="flex min-h-8 items-center gap-2">
            <span>{lookOf(item.kind).word}</span><span className="min-w-0 flex-1 truncate text-dim">{item.session ?? ''} {oneLine(item.text || item.title)}</span>
            <Button tone="quiet" onClick={() => wakeUp(item.id)}>Bring back</Button>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** What needs the person, in the server's order; it stands still under a pointer or a half-written reply. */
export const AttentionList = () => {
  const items = useQueue((q) => q.items)
  const waiting = useQueue((q) => q.waiting)
  const cursor = useCursor()
  // Where the cursor was shown on something that waits it stays: what is new on top must not take the key that was meant for that.
  const pinned = items.some((i) => cursor === `a:${i.id}` && holdsUp(i))
  useEffect(() => { if (pinned && useUi.getState().cursor !== cursor) useUi.getState().setCursor(cursor) }, [cursor, pinned])
  return (
    <section aria-label="Needs you" data-testid="attention-list" tabIndex={-1} className="flex flex-col gap-2 outline-none" {...watchHands}>
      <header className="flex min-h-7 items-center gap-2 px-1">
        <h2 className="text-sm font-semibold text-dim">Needs you</h2>
        <span className="nums text-sm text-ask">{needsOf({ items, waiting }) || ''}</span>
        {waiting > 0 && <Button tone="primary" data-testid="attention-waiting" className="sticky top-2 ml-auto min-h-6 rounded-full" onClick={showWaiting}>{waiting} new ↑</Button>}
      </header>
      {items.length === 0 ? waiting === 0 && <div className="rounded-lg border border-dashed border-line"><AllQuiet /></div> : (
        <ol className="flex flex-col gap-2">
          {items.map((item) => (
            <li key={item.id}>
              <AttentionCard item={item} selected={cursor === `a:${item.id}`} onSelect={() => useUi.getState().setCursor(`a:${item.id}`)} />
            </li>
          ))}
        </ol>
      )}
      <Asleep />
    </section>
  )
}
