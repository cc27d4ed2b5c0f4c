import { Link } from '@tanstack/react-router'
import { useShallow } from 'zustand/react/shallow'
import { archivedOf, deletedOf, fleetOf } from '../../model.ts'
import { useStore } from '../../store.ts'
import { act } from '../../act.ts'
import { useUi } from '../../ui-store.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { oneLine } from '../../ui/text.ts'
import { useCursor } from '../attention/use-cursor.ts'
import { FleetRow } from './row.tsx'

const Deleted = () => {
  const deleted = useStore(useShallow((s) => deletedOf(s.sessions)))
  if (deleted.length === 0) return null
  return (
    <details className="px-1 text-sm text-faint">
      <summary className="cursor-pointer py-1">{deleted.length} deleted</summary>
      <ul>
        {deleted.map((s) => (
          <li key={s.id} className="flex items-center gap-2">
            <span className="truncate">{oneLine(s.title)}</span>
            <Button tone="quiet" onClick={() => void act('session.restore', { session: s.id }, `${s.id} restored`)}>Restore</Button>
          </li>
        ))}
      </ul>
    </details>
  )
}

const Archived = () => {
  const archived = useStore(useShallow((s) => archivedOf(s.sessions)))
  if (archived.length === 0) return null
  return (
    <details className="px-1 text-sm text-faint">
      <summary className="cursor-pointer py-1">{archived.length} archived</summary>
      <ul>
        {archived.map((s) => (
          <li key={s.id} className="flex items-center gap-2">
            <Link to="/s/$id/$tab" params={{ id: s.id, tab: 'conversation' }} className="truncate hover:text-text">{oneLine(s.title)}</Link>
            <Button tone="quiet" onClick={() => void act('session.continue', { session: s.id }, `${s.id} goes on`)}>Continue</Button>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** Every session in a lasting order; what happens changes a row, never its place. */
export const FleetList = ({ narrow = false, current }: { /** one line a row, for the side of a page */ narrow?: boolean; current?: string }) => {
  const fleet = useStore(useShallow((s) => fleetOf(s.sessions).map((x) => x.id)))
  const known = useStore((s) => s.epoch > 0)
  const cursor = useCursor()
  return (
    <section aria-label="Sessions" className="flex flex-col gap-1">
      <header className="flex items-center gap-2 px-1">
        <h2 className="text-sm font-semibold text-dim">Sessions</h2>
        <span className="nums text-sm text-faint">{fleet.length}</span>
        <Button tone="quiet" hint="n" className="ml-auto" onClick={() => useUi.getState().setOverlay({ kind: 'composer' })}>New session</Button>
      </header>
      {fleet.length === 0 && <Empty title={known ? 'No sessions yet.' : 'Connecting…'}>{known && 'The designer starts with the project.'}</Empty>}
      <ul className={narrow ? '' : 'overflow-hidden rounded-lg border border-line bg-surface'}>
        {fleet.map((id) => <FleetRow key={id} id={id} narrow={narrow} selected={cursor === `s:${id}`} current={current === id} />)}
      </ul>
      {!narrow && <Archived />}
      {!narrow && <Deleted />}
    </section>
  )
}
