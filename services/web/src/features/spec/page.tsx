import { lazy, Suspense } from 'react'
import { Empty } from '../../ui/controls.tsx'

const Editor = lazy(() => import('./editor.tsx'))

export const SpecPage = () => (
  <Suspense fallback={<Empty title="Opening the spec…" />}><Editor /></Suspense>
)
