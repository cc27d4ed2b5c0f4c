/** What only this page knows: where the cursor is, what is open, drafts, answers that can still be taken back. */
import { create } from 'zustand'
import { loadDrafts, saveDrafts, withDraft } from './drafts.ts'

export type Overlay = { kind: 'composer' } | { kind: 'help' } | { kind: 'palette' } | { kind: 'delete'; session: string } | null
export type Side = 'chat' | 'shell' | 'diff'
export type Toast = { id: number; text: string; tone: 'plain' | 'error'; undo?: { label: string; run: () => void } }
export type Pending = { attention: string; label: string }

type Ui = {
  /** `a:<attention>` or `s:<session>`. */
  cursor: string | null
  overlay: Overlay
  side: Side
  leader: boolean
  toasts: Toast[]
  pending: Pending | null
  drafts: Record<string, string>
  /** What Escape closes before it does anything else: something that lies over a pane. */
  onEscape: (() => void) | null
  setCursor: (cursor: string | null) => void
  setOverlay: (overlay: Overlay) => void
  setSide: (side: Side) => void
  setLeader: (leader: boolean) => void
  setDraft: (key: string, text: string) => void
  toast: (toast: Omit<Toast, 'id'>) => void
  closeToast: (id: number) => void
}

let nextToast = 1

export const useUi = create<Ui>((set, get) => ({
  cursor: null, overlay: null, side: 'chat', leader: false, toasts: [], pending: null, drafts: loadDrafts(), onEscape: null,
  setCursor: (cursor) => set({ cursor }),
  setOverlay: (overlay) => set({ overlay }),
  setSide: (side) => set({ side }),
  setLeader: (leader) => set({ leader }),
  setDraft: (key, text) => {
    const drafts = withDraft(get().drafts, key, text)
    set({ drafts })
    saveDrafts(drafts)
  },
  toast: (toast) => {
    const id = nextToast++
    set((s) => ({ toasts: [...s.toasts.slice(-3), { ...toast, id }] }))
    setTimeout(() => get().closeToast(id), toast.tone === 'error' ? 12_000 : 6000)
  },
  closeToast: (id) => set((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) })),
}))
