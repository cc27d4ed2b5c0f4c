import { memo } from 'react'
import type { SessionView } from '@orchestra/contracts'
import { go } from '../../app/nav.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { Badges } from '../../ui/badges.tsx'
import { Clock } from '../../ui/clock.tsx'
import { Chip, Stat } from '../../ui/controls.tsx'
import { Status } from '../../ui/status.tsx'
import { oneLine } from '../../ui/text.ts'

const asleep = new Set(['queued', 'starting', 'setup', 'failed', 'lost', 'waiting', 'dialog', 'stuck', 'limited', 'paused', 'interrupted', 'working'])

/** What a row says of the present: why it stands still, else what it did last. */
const nowText = (s: SessionView): string => oneLine((asleep.has(s.status) && s.statusText) || s.lastActivity || s.statusText)

type Props = { narrow: boolean; selected: boolean; current: boolean }

const Row = memo(({ session: s, narrow, selected, current }: Props & { session: SessionView }) => (
  <li
    data-testid="fleet-row" data-session={s.id} data-status={s.status} aria-current={current ? 'page' : undefined}
    className={`[contain:content] border-line ${narrow ? 'rounded-md' : 'border-b last:border-b-0'} ${current ? 'bg-raised' : ''} ${selected ? 'bg-selected shadow-[inset_3px_0_0_var(--accent)]' : 'hover:bg-raised'}`}
  >
    <button
      type="button" className={`grid w-full items-center gap-x-3 text-left max-sm:min-h-11 ${narrow ? 'min-h-7 grid-cols-[auto_1fr_auto] px-2' : 'min-h-9 grid-cols-[116px_minmax(90px,210px)_1fr_auto_36px] px-3 max-md:grid-cols-[auto_1fr_auto] max-md:py-1.5'}`}
      // By keyboard only: under a pressed button the cursor would unfold another row and the release would miss.
      onFocus={(e) => { if (e.currentTarget.matches(':focus-visible')) useUi.getState().setCursor(`s:${s.id}`) }}
      onClick={() => { useUi.getState().setCursor(`s:${s.id}`); go.session(s.id) }}
    >
      <Status status={s.status} of={s} wordless={narrow} />
      <span className="flex min-w-0 items-center gap-1.5">
        <span className={`truncate text-base ${s.role === 'designer' ? 'font-semibold' : 'font-medium'}`}>{oneLine(s.title) || s.id}</span>
        {s.paired && <span className="text-pair" title="paired: also sees the project">◆</span>}
      </span>
      {!narrow && <span className="truncate text-sm text-dim max-md:order-last max-md:col-span-3">{nowText(s)}</span>}
      {!narrow && (
        <span className="flex items-center justify-end gap-1.5 max-md:hidden">
          <Badges badges={s.badges} />
          {s.appliedToCheckout && <Chip tone="pair">applied</Chip>}
          {s.diffStat.files > 0 && <Stat added={s.diffStat.added} removed={s.diffStat.removed} />}
        </span>
      )}
      <Clock since={s.lastEventAt} className="text-right text-sm text-faint" />
    </button>
  </li>
))

/** Each row listens to its own session alone. */
export const FleetRow = ({ id, ...rest }: Props & { id: string }) => {
  const session = useStore((s) => s.sessions[id])
  return session ? <Row session={session} {...rest} /> : null
}
