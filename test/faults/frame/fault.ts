/** What one file of test/faults/faults exports. */
import type { Rig } from './rig.ts'
import type { Disk } from './small-disk.ts'

export type Fault = {
  /** One sentence: what holds although this happens. */
  promise: string
  /** Also part of `npm test`. */
  quick?: boolean
  /** Default: the stack that all share. */
  ownStack?: boolean
  /** Environment of `up`, for a stack of its own. */
  env?: Record<string, string>
  /** Holds repository, worktrees and state of such a stack. */
  disk?: () => Disk
  /** Null: it can be carried out here; otherwise why not. */
  impossible?: () => Promise<string | null>
  /** Brings the fault about and checks what is its own to check; throws with what was lost. The checker comes after it. */
  run: (rig: Rig, o: { quick: boolean }) => Promise<void>
}

/** Several of one kind in one file: `crash-spawn/after runtime.ensure`. */
export type Family = Record<string, Fault>

export class Impossible extends Error {}
