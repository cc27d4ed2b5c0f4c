/** Tells when the CLI's terminal last wrote: a sign of life beside its hooks, and nothing that is worth a frame a second. */
import { background } from '../log.ts'
import type { Tmux } from './tmux.ts'

const EVERY_MS = 30_000

export const startPulse = (tmux: Pick<Tmux, 'wroteAt'>, session: string, send: (terminalAt: string) => void): { stop(): void } => {
  let last = ''
  const look = async (): Promise<void> => {
    const at = (await tmux.wroteAt(session))?.toISOString() ?? last
    if (at === last) return
    last = at
    send(at)
  }
  const timer = setInterval(() => background('looking at the terminal', look()), EVERY_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
