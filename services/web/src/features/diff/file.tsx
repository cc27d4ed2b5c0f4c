import { memo, useMemo, useState } from 'react'
import type { FileChange } from '@orchestra/contracts'
import { Chip, Stat } from '../../ui/controls.tsx'
import { visible } from '../../ui/text.ts'
import { foldReason, rowsOf, type Row } from './parse.ts'

/** Rows that are laid out together; the browser skips the blocks that are out of sight. */
const BLOCK = 100
/** Rows shown of a file before more are asked for: a page of 100,000 rows helps nobody. */
const FIRST = 3000

const look: Record<Row['kind'], { row: string; sign: string }> = {
  add: { row: 'bg-add-bg', sign: '+' }, del: { row: 'bg-del-bg', sign: '−' }, same: { row: '', sign: ' ' },
  hunk: { row: 'bg-raised text-faint', sign: ' ' }, note: { row: 'text-faint italic', sign: ' ' },
}

const Line = ({ row }: { row: Row }) => (
  <div className={`grid grid-cols-[42px_42px_18px_minmax(0,1fr)] max-sm:grid-cols-[36px_14px_minmax(0,1fr)] ${look[row.kind].row}`}>
    <span data-n={row.old ?? ''} className="pr-2 max-sm:hidden text-right text-faint select-none before:content-[attr(data-n)]" />
    <span data-n={row.new ?? ''} className="pr-2 text-right text-faint select-none before:content-[attr(data-n)]" />
    <span aria-hidden className={`select-none ${row.kind === 'add' ? 'text-add' : row.kind === 'del' ? 'text-del' : ''}`}>{look[row.kind].sign}</span>
    <span className="wrap pr-3">{row.kind === 'hunk' ? `⋯ ${visible(row.text)}` : visible(row.text)}</span>
  </div>
)

const Blocks = ({ rows }: { rows: Row[] }) => {
  const blocks = []
  for (let at = 0; at < rows.length; at += BLOCK) {
    const some = rows.slice(at, at + BLOCK)
    blocks.push(
      <div key={at} style={{ contentVisibility: 'auto', containIntrinsicSize: `auto ${some.length * 18}px` }}>
        {some.map((row, i) => <Line key={at + i} row={row} />)}
      </div>,
    )
  }
  return <>{blocks}</>
}

const flagText: Record<string, string> = { symlink: 'symbolic link', gitattributes: 'git attributes', gitmodules: 'submodules', ci: 'CI', hook: 'git hook' }
const stateText = { committed: 'committed', uncommitted: 'not committed', both: 'committed + more' }
const letter: Record<FileChange['status'], string> = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R', 'type-changed': 'T' }

export const FileBadges = ({ file }: { file: FileChange }) => (
  <>
    {file.flags.map((f) => <Chip key={f} tone="drift" title="Look twice: this kind of file can run code or redirect git">{flagText[f] ?? visible(f)}</Chip>)}
    <Chip tone={file.state === 'committed' ? 'plain' : 'ask'}>{stateText[file.state]}</Chip>
  </>
)

type Props = { file: FileChange; viewed: boolean; onViewed?: (viewed: boolean) => void; id: string }

/** One file of a diff: a heading that folds it, and its rows as text. */
export const DiffFile = memo(({ file, viewed, onViewed, id }: Props) => {
  const reason = foldReason(file)
  const [open, setOpen] = useState<boolean | null>(null)
  const [limit, setLimit] = useState(FIRST)
  const shown = open ?? (reason === null && !viewed)
  const rows = useMemo(() => (shown && file.patch !== null ? rowsOf(file.patch) : []), [shown, file.patch])
  return (
    <section id={id} data-testid="diff-file" data-path={file.path} data-state={file.state} className="rounded-md border border-line bg-surface">
      <header className="sticky top-0 z-10 flex min-h-9 flex-wrap items-center gap-2 rounded-t-md border-b border-line bg-surface px-2.5 py-1">
        <button type="button" aria-expanded={shown} className="flex min-w-0 flex-1 items-center gap-2 text-left" onClick={() => setOpen(!shown)}>
          <span aria-hidden className="text-faint">{shown ? '▾' : '▸'}</span>
          <span className="font-mono text-sm text-dim" title={file.status}>{letter[file.status]}</span>
          <span className="font-mono text-sm [overflow-wrap:anywhere]">{file.oldPath && file.oldPath !== file.path && <span className="text-faint">{visible(file.oldPath)} → </span>}{visible(file.path)}</span>
        </button>
        <FileBadges file={file} />
        {file.binary ? <span className="text-sm text-faint">binary</span> : <Stat added={file.added} removed={file.removed} />}
        {onViewed && (
          <label className="flex items-center gap-1 text-sm text-dim"><input type="checkbox" checked={viewed} onChange={(e) => { setOpen(null); onViewed(e.target.checked) }} />viewed</label>
        )}
      </header>
      {!shown && reason && <p className="px-3 py-1.5 text-sm text-faint">Folded: {reason}.</p>}
      {shown && (file.patch === null
        ? <p className="px-3 py-2 text-sm text-faint">{file.binary ? 'A binary file: its content is not shown.' : 'Too large to show here; look at it in the worktree.'}</p>
        : <div className="overflow-x-auto py-1 font-mono text-[12px] leading-[18px]"><Blocks rows={rows.slice(0, limit)} /></div>)}
      {shown && rows.length > limit && <button type="button" className="w-full border-t border-line py-1.5 text-sm text-accent" onClick={() => setLimit(limit + FIRST)}>{rows.length - limit} more lines</button>}
    </section>
  )
})
