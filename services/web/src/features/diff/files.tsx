import type { DiffView, FileChange } from '@orchestra/contracts'
import { count } from '../../ui/format.ts'
import { Stat } from '../../ui/controls.tsx'
import { visible } from '../../ui/text.ts'
import { DiffFile } from './file.tsx'
import { useViewed } from './viewed.ts'

const anchor = (session: string, path: string) => `file-${session}-${encodeURIComponent(path)}`

const FileIndex = ({ diff }: { diff: DiffView }) => (
  <nav aria-label="Changed files" className="w-60 shrink-0 overflow-y-auto border-r border-line py-2 max-xl:hidden">
    <ul>
      {diff.files.map((f: FileChange) => (
        <li key={f.path}>
          <button
            type="button" title={visible(f.path)} className="flex min-h-7 w-full items-center gap-2 px-3 text-left text-sm hover:bg-raised"
            onClick={() => document.getElementById(anchor(diff.session, f.path))?.scrollIntoView({ block: 'start' })}
          >
            <span className={`min-w-0 flex-1 truncate [direction:rtl] ${f.state === 'committed' ? 'text-dim' : 'text-text'}`}><bdi>{visible(f.path)}</bdi></span>
            {f.flags.length > 0 && <span className="text-drift" title={f.flags.join(', ')}>≠</span>}
            <Stat added={f.added} removed={f.removed} />
          </button>
        </li>
      ))}
    </ul>
  </nav>
)

type Props = { diff: DiffView; /** with a list of files beside it */ index?: boolean; marks?: boolean; onScroll?: (top: number) => void; top?: React.ReactNode }

/** All files of a diff, with a list of them where there is room. */
export const DiffFiles = ({ diff, index = true, marks = false, onScroll, top }: Props) => {
  const viewed = useViewed()
  const read = marks ? diff.files.filter((f) => viewed.has(f)).length : 0
  return (
    <div className="flex h-full min-h-0">
      {index && diff.files.length > 1 && <FileIndex diff={diff} />}
      <div className="min-w-0 flex-1 overflow-y-auto" onScroll={(e) => onScroll?.(e.currentTarget.scrollTop)} tabIndex={0} role="region" aria-label="Diff">
        {top}
        <div className="flex flex-col gap-3 p-3">
          <p className="flex items-center gap-2 text-sm text-dim">
            {count(diff.stat.files, 'file')} <Stat added={diff.stat.added} removed={diff.stat.removed} />
            {marks && diff.files.length > 0 && <span data-testid="viewed-count" className={`ml-auto nums ${read === diff.files.length ? 'text-work' : 'text-faint'}`}>{read} of {diff.files.length} viewed</span>}
            {diff.truncated && <span className="text-ask">shortened: too much to show all of it</span>}
          </p>
          {diff.files.map((f) => (
            <DiffFile key={f.path} id={anchor(diff.session, f.path)} file={f} viewed={marks && viewed.has(f)} onViewed={marks ? viewed.mark : undefined} />
          ))}
        </div>
      </div>
    </div>
  )
}
