/** Who looks at a terminal without setting its size: told the window's size at first and after each change. */
import type { Tmux } from '../cli/tmux.ts'

/** tmux signals this channel by a hook of its configuration. */
const CHANNEL = 'window-resized'

/** Calls back after a window's size changed. However many listen, one process waits. */
export const resizesOf = (tmux: Pick<Tmux, 'waitFor'>) => {
  const listeners = new Set<() => void>()
  let waiting = false
  const wait = async (): Promise<void> => {
    waiting = true
    // An end of tmux ends the waiting; whoever comes after it starts anew.
    while (listeners.size > 0 && (await tmux.waitFor(CHANNEL))) for (const listener of listeners) listener()
    waiting = false
  }
  return (listener: () => void): (() => void) => {
    listeners.add(listener)
    if (!waiting) void wait()
    return () => void listeners.delete(listener)
  }
}

export type Resizes = ReturnType<typeof resizesOf>
