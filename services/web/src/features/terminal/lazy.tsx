import { Suspense } from 'react'
import { Empty } from '../../ui/controls.tsx'
import { lazily } from '../../ui/lazily.ts'
import { useMedia } from '../../ui/live.ts'

const View = lazily(() => import('./terminal.tsx'))

/** A phone's screen, upright or on its side. */
const SMALL = '(max-width: 719px), (pointer: coarse) and (max-height: 500px)'

export const TerminalPane = (props: { session: string; target: 'cli' | 'shell'; autoFocus?: boolean }) => {
  const small = useMedia(SMALL)
  return <Suspense fallback={<Empty title="Opening the terminal…" />}><View {...props} small={small} /></Suspense>
}
