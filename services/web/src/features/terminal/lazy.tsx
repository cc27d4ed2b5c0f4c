import { Suspense, type ReactNode } from 'react'
import { Empty } from '../../ui/controls.tsx'
import { lazily } from '../../ui/lazily.ts'
import { useMedia } from '../../ui/live.ts'

const View = lazily(() => import('./terminal.tsx'))

/** A phone's screen, upright or on its side. */
export const SMALL = '(max-width: 719px), (pointer: coarse) and (max-height: 500px)'

export const TerminalPane = (props: { session: string; target: 'cli' | 'shell'; autoFocus?: boolean; /** on a small screen, in the terminal's own bar */ beside?: ReactNode }) => {
  const small = useMedia(SMALL)
  return <Suspense fallback={<Empty title="Opening the terminal…" />}><View {...props} small={small} /></Suspense>
}
