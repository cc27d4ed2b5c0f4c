import { useState } from 'react'
import { go, placeOf } from '../../app/nav.ts'
import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { inputClass, Kbd } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { entriesOf } from './commands.ts'
import { matching, type Entry } from './matching.ts'

/** Go to anything, do anything: type a part of its name. Words that match nothing are searched in the messages. */
export const Palette = () => {
  const sessions = useStore((s) => s.sessions)
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const place = placeOf(location.pathname)
  const close = () => useUi.getState().setOverlay(null)
  const query = typed.trim()
  const search: Entry[] = query ? [{ id: 'search', words: `Search for “${query}”`, hint: 'search', run: () => go.activity(query) }] : []
  const entries = [...matching(entriesOf(sessions, place ? sessions[place.session] : undefined), typed).slice(0, 50), ...search]
  const chosen = Math.min(at, entries.length - 1)
  const run = (entry: Entry | undefined) => { if (!entry) return; close(); entry.run() }
  return (
    <Dialog title="Go to or do" quietTitle onClose={close} testId="palette">
      <input
        autoFocus role="combobox" aria-expanded aria-controls="palette-list" aria-activedescendant={entries[chosen] ? `palette-${chosen}` : undefined} aria-label="Go to or do"
        className={inputClass} placeholder="A session, a page, something to do…" value={typed} spellCheck={false} autoComplete="off"
        onChange={(e) => { setTyped(e.target.value); setAt(0) }}
        onKeyDown={(e) => {
          const step = e.key === 'ArrowDown' || (e.ctrlKey && e.key === 'n') ? 1 : e.key === 'ArrowUp' || (e.ctrlKey && e.key === 'p') ? -1 : 0
          if (step) { e.preventDefault(); setAt((chosen + step + entries.length) % Math.max(1, entries.length)) }
          if (e.key === 'Enter') { e.preventDefault(); run(entries[chosen]) }
        }}
      />
      <ul id="palette-list" role="listbox" aria-label="Matches" className="-mx-2 max-h-[50dvh] overflow-y-auto">
        {entries.map((entry, n) => (
          <li
            key={entry.id} id={`palette-${n}`} role="option" aria-selected={n === chosen} ref={n === chosen ? (el) => { el?.scrollIntoView({ block: 'nearest' }) } : undefined}
            className={`flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 max-sm:min-h-11 ${n === chosen ? 'bg-selected shadow-[inset_3px_0_0_var(--accent)]' : 'hover:bg-raised'}`}
            onClick={() => run(entry)}
          >
            <span className="min-w-0 flex-1 truncate">{entry.words}</span>
            <span className="text-sm text-faint">{entry.hint}</span>
            {entry.key && <Kbd>{entry.key}</Kbd>}
          </li>
        ))}
        {entries.length === 0 && <li className="px-2 py-3 text-sm text-faint">Nothing of that name.</li>}
      </ul>
    </Dialog>
  )
}
