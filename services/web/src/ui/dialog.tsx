import { useEffect, useRef, type ReactNode } from 'react'

type Props = { title: string; onClose: () => void; children: ReactNode; testId?: string; wide?: boolean; /** the title is for screen readers alone */ quietTitle?: boolean }

/** A modal window on the platform's own element: focus is kept inside and given back, Esc closes. */
export const Dialog = ({ title, onClose, children, testId, wide = false, quietTitle = false }: Props) => {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    if (dialog && !dialog.open) dialog.showModal()
    // A dialog that leaves the document does not give the focus back by itself.
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true }) }
  }, [])
  return (
    <dialog
      ref={ref} data-testid={testId} aria-label={title} onClose={onClose}
      onClick={(e) => { if (e.target === e.currentTarget) onClose() }}
      // At once: the browser closes it a moment later, and a key pressed meanwhile would find it open and be lost.
      onKeyDown={(e) => { if (e.key === 'Escape' && !e.nativeEvent.isComposing) { e.preventDefault(); e.stopPropagation(); onClose() } }}
      className={`m-auto max-h-[90dvh] w-[calc(100vw-24px)] overflow-auto rounded-lg border border-line bg-surface p-0 shadow-2xl ${quietTitle ? 'mt-[12dvh]' : ''} ${wide ? 'max-w-3xl' : 'max-w-xl'}`}
    >
      <div className="flex flex-col gap-3 p-4">
        {!quietTitle && <h2 className="text-lg font-semibold">{title}</h2>}
        {children}
      </div>
    </dialog>
  )
}
