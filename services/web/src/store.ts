import { create } from 'zustand'
import type { StateFrame } from '@orchestra/contracts'
import { emptyModel, fold, type Model } from './model.ts'

/** live: frames arrive. stale: the socket is gone, what is shown is as old as `heardAt`. */
export type Connection = 'connecting' | 'live' | 'stale' | 'signed-out'

type Store = Model & {
  connection: Connection
  /** Milliseconds since the epoch of the last frame. */
  heardAt: number
  /** Folds frames in order with one update of the page; true when one was missed. */
  receive: (frames: StateFrame[], now: number) => boolean
  lost: () => void
  signedOut: () => void
  /** After a sign-in: back to the start, so that the state socket opens. */
  signedIn: () => void
}

export const useStore = create<Store>((set, get) => ({
  ...emptyModel,
  connection: 'connecting',
  heardAt: 0,
  receive: (frames, now) => {
    let model: Model = get()
    for (const frame of frames) {
      const step = fold(model, frame)
      if (step.gap) return true
      model = step.model
    }
    set({ ...model, connection: 'live', heardAt: now })
    return false
  },
  lost: () => set((s) => (s.connection === 'signed-out' ? s : { connection: s.seq < 0 ? 'connecting' : 'stale' })),
  signedOut: () => set({ connection: 'signed-out' }),
  signedIn: () => set({ connection: 'connecting' }),
}))
