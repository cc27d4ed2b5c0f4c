import { lazy, Suspense } from 'react'
import { Empty } from '../../ui/controls.tsx'

const View = lazy(() => import('./terminal.tsx'))

export const TerminalPane = (props: { session: string; target: 'cli' | 'shell'; autoFocus?: boolean }) => (
  <Suspense fallback={<Empty title="Opening the terminal…" />}><View {...props} /></Suspense>
)
