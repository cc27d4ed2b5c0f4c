import { Suspense } from 'react'
import { Empty } from '../../ui/controls.tsx'
import { lazily } from '../../ui/lazily.ts'

const Editor = lazily(() => import('./editor.tsx'))

export const SpecPage = () => (
  <Suspense fallback={<Empty title="Opening the spec…" />}><Editor /></Suspense>
)
