/** A terminal that the relay asked for: tmux, ttyd and the bridge between them and the stream. */
import type { link } from '@orchestra/contracts'
import type { Tmux } from '../cli/tmux.ts'
import type { Places } from '../places.ts'
import { bridge, sendOutput } from './bridge.ts'
import type { Viewing } from './bridge.ts'
import type { Ttyd } from './ttyd.ts'
import type { Resizes } from './viewers.ts'

export type TerminalParts = { places: Places; tmux: Tmux; ttyd: Ttyd; resizes: Resizes }

/** The shell is one that all look at, and outlives who looks; the CLI's own terminal is there as soon as the CLI was started. */
export const openTerminal = async ({ places, tmux, ttyd, resizes }: TerminalParts, frame: Extract<link.ToAgent, { type: 'open-stream' }>): Promise<void> => {
  const { target } = frame
  if (target === 'shell' && !(await tmux.has('shell'))) await tmux.start('shell', places.workspace, [], frame, null)
  if (frame.mode === 'history') return sendOutput(places.relaySocket, frame.id, await tmux.history(target))
  const viewing: Viewing | null = frame.mode === 'view' ? { follow: (tell) => resizes(() => void tmux.size(target).then((size) => size && tell(size))) } : null
  const size = (viewing && (await tmux.size(target))) ?? frame
  await bridge(places.relaySocket, frame.id, await ttyd.socket(target, tmux.attachCommand(target)), size, viewing)
}
