import { go } from '../../app/nav.ts'
import { useUi } from '../../ui-store.ts'
import { Clock } from '../../ui/clock.tsx'
import { Shape } from '../../ui/status.tsx'
import { oneLine } from '../../ui/text.ts'
import { holdsUp, isDue, lookOf } from './looks.ts'
import { useQueue } from './queue.ts'

/** What needs the person in short, beside another page. */
export const Needs = () => {
  const items = useQueue((q) => q.items)
  if (items.length === 0) return null
  return (
    <section aria-label="Needs you" className="flex flex-col gap-1">
      <h2 className="px-1 text-sm font-semibold text-dim">Needs you <span className="nums text-ask">{items.filter(isDue).length || ''}</span></h2>
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <button
              type="button" title={oneLine(item.text || item.title)} className="grid min-h-7 w-full grid-cols-[auto_1fr_auto] items-center gap-x-2 rounded-md px-2 text-left text-base hover:bg-raised"
              onClick={() => {
                useUi.getState().setCursor(`a:${item.id}`)
                if (!item.session) go.inbox()
                else go.session(item.session, item.mergeId || item.kind === 'complete' ? 'review' : undefined)
              }}
            >
              <Shape shape={lookOf(item.kind).shape} tone={lookOf(item.kind).tone} />
              <span className="truncate">{item.session ?? lookOf(item.kind).word} <span className="text-faint">{item.session && lookOf(item.kind).word}</span></span>
              {holdsUp(item) && <Clock since={item.since} className="text-sm text-faint" />}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
