import { memo, Suspense, useMemo, useRef, useState } from 'react'
import type { FileChange } from '@orchestra/contracts'
import { Chip, Stat } from '../../ui/controls.tsx'
import { visible } from '../../ui/text.ts'
import { Fallback } from '../../ui/fallback.tsx'
import { lazily } from '../../ui/lazily.ts'
import { useNear } from '../../ui/near.ts'
import { foldReason, rowsOf } from './parse.ts'
import { Rows } from './rows.tsx'

const Coloured = lazily(() => import('./coloured.tsx'))
/** Above this many rows colours cost more than they give. */
const COLOURED = 1500
/** A minified line would hold up the page while it is taken apart. */
const LONGEST = 5000

const flagText: Record<string, string> = { symlink: 'symbolic link', gitattributes: 'git attributes', gitmodules: 'submodules', ci: 'CI', hook: 'git hook' }
const stateText = { committed: 'committed', uncommitted: 'not committed', both: 'committed + more' }
const letter: Record<FileChange['status'], string> = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R', 'type-changed': 'T' }

export const FileBadges = ({ file }: { file: FileChange }) => (
  <>
    {file.flags.map((f) => <Chip key={f} tone="drift" title="Look twice: this kind of file can run code or redirect git">{flagText[f] ?? visible(f)}</Chip>)}
    <Chip tone={file.state === 'committed' ? 'plain' : 'ask'}>{stateText[file.state]}</Chip>
  </>
)

type Props = { file: FileChange; viewed: boolean; onViewed?: (file: FileChange, viewed: boolean) => void; id: string }

/** A diff is read as a whole each time; what did not change in it is not drawn again. */
const same = (a: Props, b: Props): boolean =>
  a.id === b.id && a.viewed === b.viewed && a.onViewed === b.onViewed && a.file.patch === b.file.patch && a.file.blob === b.file.blob &&
  a.file.state === b.file.state && a.file.status === b.file.status && a.file.flags.join() === b.file.flags.join()

/** One file of a diff: a heading that folds it, and its rows as text. */
export const DiffFile = memo(({ file, viewed, onViewed, id }: Props) => {
  const reason = foldReason(file)
  const [open, setOpen] = useState<boolean | null>(null)
  const shown = open ?? (reason === null && !viewed)
  const ref = useRef<HTMLElement>(null)
  const near = useNear(ref, false, true)
  const rows = useMemo(() => (shown && file.patch !== null ? rowsOf(file.patch) : []), [shown, file.patch])
  const colourful = near && rows.length > 0 && rows.length <= COLOURED && rows.every((r) => r.text.length <= LONGEST)
  return (
    <section ref={ref} id={id} data-testid="diff-file" data-path={file.path} data-state={file.state} className="rounded-md border border-line bg-surface">
      <header className="sticky top-0 z-10 flex min-h-9 flex-wrap items-center gap-2 rounded-t-md border-b border-line bg-surface px-2.5 py-1">
        <button type="button" aria-expanded={shown} className="flex min-w-0 flex-1 items-center gap-2 text-left" onClick={() => setOpen(!shown)}>
          <span aria-hidden className="text-faint">{shown ? '▾' : '▸'}</span>
          <span className="font-mono text-sm text-dim" title={file.status}>{letter[file.status]}</span>
          <span className="font-mono text-sm [overflow-wrap:anywhere]">{file.oldPath && file.oldPath !== file.path && <span className="text-faint">{visible(file.oldPath)} → </span>}{visible(file.path)}</span>
        </button>
        <FileBadges file={file} />
        {file.binary ? <span className="text-sm text-faint">binary</span> : <Stat added={file.added} removed={file.removed} />}
        {onViewed && (
          <label className="flex items-center gap-1 text-sm text-dim"><input type="checkbox" checked={viewed} onChange={(e) => { setOpen(null); onViewed(file, e.target.checked) }} />viewed</label>
        )}
      </header>
      {!shown && reason && <p className="px-3 py-1.5 text-sm text-faint">Folded: {reason}.</p>}
      {shown && (file.patch === null
        ? <p className="px-3 py-2 text-sm text-faint">{file.binary ? 'A binary file: its content is not shown.' : 'Too large to show here; look at it in the worktree.'}</p>
        : colourful
          ? <Fallback instead={<Rows rows={rows} eager={near} />}><Suspense fallback={<Rows rows={rows} eager={near} />}><Coloured patch={file.patch} instead={<Rows rows={rows} eager={near} />} /></Suspense></Fallback>
          : <Rows rows={rows} eager={near} />)}
    </section>
  )
}, same)
