import { Suspense } from 'react'
import { lazily } from './lazily.ts'
import { visible } from './text.ts'

const Rendered = lazily(() => import('./markdown-rendered.tsx'))

/** Markdown written by others: no raw HTML, no images, http(s) links only. Plain text until the renderer is loaded. */
export const Markdown = ({ text }: { text: string }) => {
  const shown = visible(text)
  return <Suspense fallback={<div className="wrap">{shown}</div>}><Rendered text={shown} /></Suspense>
}
