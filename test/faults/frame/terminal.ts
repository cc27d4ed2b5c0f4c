/** A person's hands in a session's terminal: the CLI's own tmux, exact target. */
import type { Rig } from './rig.ts'

const tmux = 'tmux -S /tmp/orchestra/tmux.sock'

export const typeInto = (rig: Rig, session: string, text: string): Promise<string> => rig.inside(session, `${tmux} send-keys -t =cli: -l -- '${text}'`)
export const press = (rig: Rig, session: string, key: string): Promise<string> => rig.inside(session, `${tmux} send-keys -t =cli: ${key}`)
export const screen = (rig: Rig, session: string): Promise<string> => rig.inside(session, `${tmux} capture-pane -p -J -t =cli:`)
