/** A terminal that the relay asked for: tmux, ttyd and the bridge between them and the stream. */
import type { link } from '@orchestra/contracts'
import type { Tmux } from '../cli/tmux.ts'
import type { Places } from '../places.ts'
import { bridge } from './bridge.ts'
import type { Ttyd } from './ttyd.ts'

export type TerminalParts = { places: Places; tmux: Tmux; ttyd: Ttyd }

/** The shell is one that all look at, and outlives who looks; the CLI's own terminal is there as soon as the CLI was started. */
export const openTerminal = async (o: TerminalParts, frame: Extract<link.ToAgent, { type: 'open-stream' }>): Promise<void> => {
  if (frame.target === 'shell' && !(await o.tmux.has('shell'))) await o.tmux.start('shell', o.places.workspace, [], frame, null)
  await bridge(o.places.relaySocket, frame.id, await o.ttyd.socket(frame.target, o.tmux.attachCommand(frame.target)), frame)
}
