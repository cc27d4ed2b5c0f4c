/** tmux, on a server of our own. Targets are always exact (`=name`): a prefix match would reach another session. */
import { mkdir, writeFile } from 'node:fs/promises'
import { run } from '../process.ts'
import type { Finished } from '../process.ts'

/**
 * Every key reaches the program: no prefix. No mouse: wheel and selection are the page's, where each looks and copies for themselves; tmux's
 * own copy mode would move the screen of all who look.
 */
const CONFIG = `set -g default-terminal "tmux-256color"
set -ga terminal-features ",*256col*:RGB"
set -g history-limit 50000
set -g status off
set -g mouse off
set -g prefix None
set -g escape-time 0
set -g focus-events on
set -g set-clipboard off
set -g window-size latest
set-hook -g window-resized 'wait-for -S window-resized'
set -g exit-empty off
set -g destroy-unattached off
set -g default-command ""
`

/** Lines that have scrolled away, as many as a reader gets to see. */
const HISTORY_LINES = 10_000
const HISTORY_BYTES = 8 * 1024 * 1024

export type Tmux = ReturnType<typeof tmuxOn>
export type Pane = { dead: boolean; code: number | null; pid: number }

/** `dir`: where the socket and the configuration lie. `env`: what every pane gets, nothing else. */
export const tmuxOn = (dir: string, env: Record<string, string>) => {
  const socket = `${dir}/tmux.sock`
  const base = ['-S', socket, '-f', `${dir}/tmux.conf`]
  const attempt = (args: readonly string[]): Promise<Finished> => run('tmux', [...base, ...args], { env })
  const must = async (args: readonly string[]): Promise<string> => {
    const done = await attempt(args)
    if (done.code === 0) return done.stdout.toString('utf8').trimEnd()
    throw new Error(`tmux ${args.slice(0, 4).join(' ')} ended with ${done.code ?? done.signal}: ${done.stderr.trim()}`)
  }
  return {
    /** Command line that attaches to a session, for ttyd. */
    attachCommand: (name: string): string[] => ['tmux', ...base, 'attach-session', '-t', `=${name}`],
    /** Starts the server, with this environment: a terminal that is opened before the CLI would else start one with its own. */
    prepare: async (): Promise<void> => {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      await writeFile(`${dir}/tmux.conf`, CONFIG)
      await must(['start-server'])
    },
    has: async (name: string): Promise<boolean> => (await attempt(['has-session', '-t', `=${name}`])).code === 0,
    /** Resolves with the command's process id. The dead pane stays to be read; `exitChannel` is signalled when the command ends. */
    start: async (name: string, cwd: string, command: string[], size: { cols: number; rows: number }, exitChannel: string | null): Promise<number> =>
      Number(await must([
        'new-session', '-d', '-P', '-F', '#{pane_pid}', '-s', name, '-x', String(size.cols), '-y', String(size.rows), '-c', cwd, ...command,
        ...(exitChannel === null ? [] : [';', 'set-option', '-w', '-t', `=${name}:`, 'remain-on-exit', 'on', ';', 'set-hook', '-w', '-t', `=${name}:`, 'pane-died', `wait-for -S ${exitChannel}`]),
      ])),
    respawn: (name: string, cwd: string, command: string[]): Promise<string> => must(['respawn-pane', '-k', '-t', `=${name}:`, '-c', cwd, ...command]),
    /** Resolves when the channel is signalled, or with false when the server went away. */
    waitFor: async (channel: string): Promise<boolean> => (await attempt(['wait-for', channel])).code === 0,
    pane: async (name: string): Promise<Pane | null> => {
      const done = await attempt(['display-message', '-p', '-t', `=${name}:`, '#{pane_dead} #{pane_dead_status} #{pane_pid}'])
      const [dead, code, pid] = done.stdout.toString('utf8').trimEnd().split(' ')
      if (done.code !== 0 || pid === undefined) return null
      return { dead: dead === '1', code: code === undefined || code === '' ? null : Number(code), pid: Number(pid) }
    },
    /** When it last wrote, to the second; null where there is no such session. */
    wroteAt: async (name: string): Promise<Date | null> => {
      const seconds = Number((await attempt(['display-message', '-p', '-t', `=${name}:`, '#{window_activity}'])).stdout.toString('utf8').trim())
      return Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : null
    },
    /** The last lines of what the pane shows and has scrolled. */
    tail: async (name: string, lines: number): Promise<string> => {
      const text = (await attempt(['capture-pane', '-p', '-J', '-S', '-200', '-t', `=${name}:`])).stdout.toString('utf8')
      return text.trimEnd().split('\n').slice(-lines).join('\n')
    },
    /** The window's size, which its clients share; null where there is none. */
    size: async (name: string): Promise<{ cols: number; rows: number } | null> => {
      const done = await attempt(['display-message', '-p', '-t', `=${name}:`, '#{window_width} #{window_height}'])
      const [cols, rows] = done.stdout.toString('utf8').trim().split(' ').map(Number)
      return done.code === 0 && cols && rows ? { cols, rows } : null
    },
    /** What has scrolled away and what is shown, with its colours, oldest first. */
    history: async (name: string): Promise<Buffer> =>
      (await run('tmux', [...base, 'capture-pane', '-p', '-e', '-S', `-${HISTORY_LINES}`, '-t', `=${name}:`], { env, maxBytes: HISTORY_BYTES })).stdout,
    key: (name: string, key: string): Promise<string> => must(['send-keys', '-t', `=${name}:`, key]),
    kill: async (): Promise<void> => void (await attempt(['kill-server'])),
  }
}
