import { useEffect, useRef, type ReactNode } from 'react'

/** A modal window on the platform's own element: focus is kept inside and given back, Esc closes. */
export const Dialog = ({ title, onClose, children, testId, wide = false }: { title: string; onClose: () => void; children: ReactNode; testId?: string; wide?: boolean }) => {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    if (dialog && !dialog.open) dialog.showModal()
  }, [])
  return (
    <dialog
      ref={ref} data-testid={testId} aria-label={title} onClose={onClose}
      onClick={(e) => { if (e.target === e.currentTarget) onClose() }}
      className={`m-auto max-h-[90dvh] w-[calc(100vw-24px)] overflow-auto rounded-lg border border-line bg-surface p-0 shadow-2xl ${wide ? 'max-w-3xl' : 'max-w-xl'}`}
    >
      <div className="flex flex-col gap-3 p-4">
        <h2 className="text-lg font-semibold">{title}</h2>
        {children}
      </div>
    </dialog>
  )
}
