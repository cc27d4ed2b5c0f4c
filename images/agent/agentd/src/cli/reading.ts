/**
 * What the model is getting: the CLI has handed it on, the conversation that it writes does not show it yet. It was delivered when that does;
 * what a process died with before comes back.
 */
import type { link } from '@orchestra/contracts'
import { background } from '../log.ts'

/** Told to the model by agentd itself, not by anybody's message: no id, no receipt. */
export type Waiting = { id: string | null; voice: link.Delivery['voice']; text: string; /** the word to go on (cut-off.ts) */ cutOff?: true }
/** A CLI that takes messages. `process`: another number after each start. */
export type CliInbox = { path: string; process: number; conversation: string }

/** `items`: what comes back if the process dies. `active`: the model went on since. `since`: ms since the epoch. */
type Entry = { items: Waiting[]; messages: readonly string[]; process: number; conversation: string; since: number; active: boolean }

export type ReadingOptions = {
  inbox: () => CliInbox | null
  /** Ids of messages that stand in a conversation. */
  given: (conversation: string) => Promise<ReadonlySet<string>>
  written: (messages: readonly string[], active: boolean) => void
  /** In the order in which it was handed on. */
  died: (items: Waiting[]) => void
  /** Nothing is left to look for. */
  settled: () => void
}

/** The CLI writes within some tens of milliseconds. */
const WRITTEN_MS = 50
/** A CLI that lives on and writes nothing keeps no conversation: its hook's word has to do. */
const UNWRITTEN_MS = 30_000
const SLOW_MS = 3000

export class Reading {
  readonly #o: ReadingOptions
  #entries: Entry[] = []
  #looking = false
  #timer: NodeJS.Timeout | null = null

  constructor(options: ReadingOptions) {
    this.#o = options
  }

  add(messages: readonly string[], items: Waiting[], { process, conversation }: Pick<CliInbox, 'process' | 'conversation'>): void {
    this.#entries.push({ items, messages, process, conversation, since: Date.now(), active: false })
    this.#lookIn(WRITTEN_MS)
  }

  has(id: string): boolean {
    return this.#entries.some((e) => e.messages.includes(id))
  }

  /** A message that came as the result of a call is brought: if that is never written down, here are its words. */
  bring(id: string, item: Waiting): boolean {
    const entry = this.#entries.find((e) => e.messages.includes(id) && !e.items.some((one) => one.id === id))
    entry?.items.push(item)
    return entry !== undefined
  }

  /** The model spoke or acted. */
  active(): void {
    for (const e of this.#entries) e.active = true
  }

  /** Something may have died with a process before this one: looks for it at once. */
  lookAfterDeath(process: number): boolean {
    const died = this.#entries.some((e) => e.process !== process)
    if (died) this.#lookIn(0)
    return died
  }

  #lookIn(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (!this.#looking) background('looking for messages in the conversation', this.#look())
    }, ms)
  }

  async #look(): Promise<void> {
    this.#looking = true
    try {
      const entries = [...this.#entries]
      for (const conversation of new Set(entries.map((e) => e.conversation))) {
        const given = await this.#o.given(conversation)
        for (const e of entries.filter((one) => one.conversation === conversation)) {
          const same = this.#o.inbox()?.process === e.process
          if (!e.messages.every((id) => given.has(id)) && !(same && Date.now() - e.since > UNWRITTEN_MS)) continue
          this.#drop([e])
          this.#o.written(e.messages, e.active)
        }
      }
      const inbox = this.#o.inbox()
      const died = inbox === null ? [] : entries.filter((e) => this.#entries.includes(e) && e.process !== inbox.process)
      if (died.length > 0) {
        this.#drop(died)
        this.#o.died(died.flatMap((e) => e.items))
      }
    } finally {
      this.#looking = false
    }
    const [oldest] = this.#entries
    if (oldest !== undefined) this.#lookIn(Date.now() - oldest.since > SLOW_MS ? 1000 : WRITTEN_MS * 2)
    else this.#o.settled()
  }

  #drop(entries: readonly Entry[]): void {
    this.#entries = this.#entries.filter((e) => !entries.includes(e))
  }
}
