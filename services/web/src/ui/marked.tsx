import { Fragment } from 'react'
import { pieces } from './marking.ts'
import { visible } from './text.ts'

/** Words that were searched, marked; the rest as text. */
export const Marked = ({ text, mark }: { text: string; mark: string }) => (
  <p className="wrap">
    {pieces(visible(text), mark).map(({ text: piece, hit }, n) => (hit ? <mark key={n} className="rounded-sm bg-ask/30 text-text">{piece}</mark> : <Fragment key={n}>{piece}</Fragment>))}
  </p>
)
