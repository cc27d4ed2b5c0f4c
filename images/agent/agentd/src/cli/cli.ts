/** The life of the CLI in its tmux session: start, status, exit, a new start that resumes, interrupt. */
import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { link } from '@orchestra/contracts'
import { background, log } from '../log.ts'
import type { Places } from '../places.ts'
import type { CliRecord, Profile } from '../profiles/profile.ts'
import type { Tmux } from './tmux.ts'

export type Status = 'starting' | CliRecord['status'] | 'exited'
export type CliOptions = {
  places: Places
  profile: Profile
  tmux: Tmux
  seed: link.Seed
  onStatus: (status: Status, background: boolean) => void
  /** At every look at an idle CLI, also one that has not changed: since when it is. */
  onIdle: (since: Date) => void
  /** First record of a start: the CLI takes messages. */
  onReady: (resumed: boolean) => void
  onExit: (code: number | null, lastLines: string, was: { ready: boolean }) => void
}

const NAME = 'cli'
const SIZE = { cols: 200, rows: 50 }
/** Watches miss nothing here, but a record that the CLI rewrites in place may be read half: looked at again. */
const LOOK_MS = 1000
const ESCAPE_WAIT_MS = 600
const ESCAPE_TRIES = 3
/** A busy machine: the last one may take its time before the turn counts as one that does not end. */
const LAST_ESCAPE_WAIT_MS = 5000

export class Cli {
  readonly #o: CliOptions
  #pid = 0
  #starts = 0
  #status: Status = 'exited'
  #background = false
  #record: CliRecord | null = null
  #resumed = false
  #watcher: FSWatcher | null = null
  #timer: NodeJS.Timeout | null = null
  #stopping = false
  #waiters = new Set<() => void>()

  constructor(options: CliOptions) {
    this.#o = options
  }

  /** Whether the newest start took up an earlier conversation. */
  get resumed(): boolean {
    return this.#resumed
  }

  get status(): Status {
    return this.#status
  }

  /** Its turn is over, and a command that its model started runs on. */
  get background(): boolean {
    return this.#background
  }

  /** Where messages go; null while there is none. */
  inbox(): { path: string; process: number; conversation: string } | null {
    if (this.#record?.inbox === null || this.#record === null || this.#status === 'exited') return null
    return { path: this.#record.inbox, process: this.#starts, conversation: this.#record.conversation }
  }

  async start(): Promise<void> {
    const { profile, tmux, places } = this.#o
    const script = await profile.script(this.#o.seed)
    this.#resumed = script.resumed
    this.#record = null
    this.#starts += 1
    this.#set('starting')
    await this.#watch()
    const command = ['/bin/bash', script.path]
    // The tmux server is of this boot, so at the first start there is no session to find.
    if (this.#starts > 1 && (await tmux.has(NAME))) {
      await tmux.respawn(NAME, places.workspace, command)
      this.#pid = (await tmux.pane(NAME))?.pid ?? 0
    } else this.#pid = await tmux.start(NAME, places.workspace, command, SIZE, `${NAME}-exit`)
    background('waiting for the CLI to end', this.#awaitExit(this.#starts))
    await this.#look()
  }

  /** Ends the turn; the conversation stays. Resolves with whether it is over. */
  async interrupt(): Promise<boolean> {
    for (let i = 0; i < ESCAPE_TRIES; i++) {
      await this.#look()
      // Escape at an idle prompt would open the CLI's rewind menu.
      if (this.#status !== 'busy' && this.#status !== 'dialog') return true
      await this.#o.tmux.key(NAME, 'Escape')
      await this.#changed(ESCAPE_WAIT_MS)
    }
    for (const until = Date.now() + LAST_ESCAPE_WAIT_MS; (this.#status === 'busy' || this.#status === 'dialog') && Date.now() < until; await this.#look()) await this.#changed(until - Date.now())
    return this.#status !== 'busy' && this.#status !== 'dialog'
  }

  /** Starts anew with the conversation, whatever state it is in. */
  async restart(): Promise<void> {
    if (this.#status !== 'exited') await this.end()
    this.#stopping = false
    await this.start()
  }

  /** Asks the CLI to end, and resolves when it has, or after the time. */
  async end(ms = 3000): Promise<void> {
    this.#stopping = true
    if (this.#pid === 0 || this.#status === 'exited') return
    try {
      process.kill(this.#pid, 'SIGTERM')
    } catch {
      // It is gone already.
      return
    }
    const until = Date.now() + ms
    while (this.#status !== ('exited' as Status) && Date.now() < until) await this.#changed(until - Date.now())
  }

  get stopping(): boolean {
    return this.#stopping
  }

  async #watch(): Promise<void> {
    if (this.#watcher !== null) return
    await mkdir(this.#o.profile.recordFolder, { recursive: true })
    this.#watcher = watch(this.#o.profile.recordFolder, { persistent: false }, () => background("reading the CLI's record", this.#look()))
    this.#timer = setInterval(() => background("reading the CLI's record", this.#look()), LOOK_MS)
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    if (this.#pid === 0 || this.#status === 'exited') return
    const start = this.#starts
    const record = await this.#o.profile.record(this.#pid)
    if (record === null || start !== this.#starts || this.#status === ('exited' as Status)) return
    const first = this.#record === null || (this.#record.inbox === null && record.inbox !== null)
    this.#record = record
    // Before its status, which lets messages go: what was cut off is told first.
    if (first && record.inbox !== null) this.#o.onReady(this.#resumed)
    if (record.status === 'idle') this.#o.onIdle(record.since)
    this.#set(record.status, record.background)
  }

  async #awaitExit(start: number): Promise<void> {
    const known = await this.#o.tmux.waitFor(`${NAME}-exit`)
    if (start !== this.#starts) return
    const pane = known ? await this.#o.tmux.pane(NAME) : null
    // A killed one leaves its record behind: whether its turn was over is told by that, not by the last look.
    const last = await this.#o.profile.record(this.#pid)
    if (start !== this.#starts) return
    if (last?.status === 'idle') this.#o.onIdle(last.since)
    const was = { ready: this.#record !== null }
    this.#record = null
    this.#pid = 0
    this.#set('exited')
    const lines = known ? await this.#o.tmux.tail(NAME, 50) : ''
    log(`the CLI ended with ${pane?.code ?? 'no code'}`)
    this.#o.onExit(pane?.code ?? null, lines, was)
  }

  #set(status: Status, background = false): void {
    if (status === this.#status && background === this.#background) return
    this.#status = status
    this.#background = background
    this.#o.onStatus(status, background)
    for (const wake of this.#waiters) wake()
  }

  /** Resolves at the next change of status, or after the time. */
  async #changed(ms: number): Promise<void> {
    const control = new AbortController()
    const wake = () => control.abort()
    this.#waiters.add(wake)
    await sleep(Math.max(0, ms), undefined, { signal: control.signal }).catch(() => undefined)
    this.#waiters.delete(wake)
  }
}
