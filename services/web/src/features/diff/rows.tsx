import { useRef } from 'react'
import { useNear } from '../../ui/near.ts'
import { visible } from '../../ui/text.ts'
import type { Row } from './parse.ts'

/** Rows that come and go together as one scrolls. */
const BLOCK = 100
/** Height of a row that does not wrap; the true height of a block is remembered once it was drawn. */
const ROW_PX = 18

const look: Record<Row['kind'], { row: string; sign: string }> = {
  add: { row: 'bg-add-bg', sign: '+' }, del: { row: 'bg-del-bg', sign: '−' }, same: { row: '', sign: ' ' },
  hunk: { row: 'bg-raised text-faint', sign: ' ' }, note: { row: 'text-faint italic', sign: ' ' },
}

const Line = ({ row }: { row: Row }) => (
  <div className={`grid grid-cols-[42px_42px_18px_minmax(0,1fr)] max-sm:grid-cols-[36px_14px_minmax(0,1fr)] ${look[row.kind].row}`}>
    <span data-n={row.old ?? ''} className="pr-2 text-right text-faint select-none before:content-[attr(data-n)] max-sm:hidden" />
    <span data-n={row.new ?? ''} className="pr-2 text-right text-faint select-none before:content-[attr(data-n)]" />
    <span aria-hidden className={`select-none ${row.kind === 'add' ? 'text-add' : row.kind === 'del' ? 'text-del' : ''}`}>{look[row.kind].sign}</span>
    <span className="wrap pr-3">{row.kind === 'hunk' ? `⋯ ${visible(row.text)}` : visible(row.text)}</span>
  </div>
)

const Block = ({ rows, eager }: { rows: Row[]; eager: boolean }) => {
  const ref = useRef<HTMLDivElement>(null)
  const near = useNear(ref, eager)
  return (
    <div ref={ref} style={near ? { containIntrinsicSize: `auto ${rows.length * ROW_PX}px` } : { contentVisibility: 'hidden', containIntrinsicSize: `auto ${rows.length * ROW_PX}px` }}>
      {near && rows.map((row, i) => <Line key={i} row={row} />)}
    </div>
  )
}

/** Rows of a patch as plain text nodes. Only what is near the screen is in the document, so its length costs nothing. */
export const Rows = ({ rows, eager }: { rows: Row[]; /** draws the first rows before the browser has looked where they are */ eager: boolean }) => {
  const blocks = []
  for (let at = 0; at < rows.length; at += BLOCK) blocks.push(<Block key={at} rows={rows.slice(at, at + BLOCK)} eager={eager && at === 0} />)
  return <div className="py-1 font-mono text-[12px] leading-[18px]">{blocks}</div>
}
