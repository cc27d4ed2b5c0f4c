/**
 * Messages into the CLI's own inbox. One text in flight; the prompt hook with exactly that text says that the model is about to get
 * it, and the receipt goes out when it stands in the conversation that the CLI writes: what dies in between was never delivered.
 * Waiting messages of one voice go together. Sent again only when the CLI never took the text in, or died with it.
 */
import type { link } from '@orchestra/contracts'
import { background, log, reasonOf } from '../log.ts'
import type { Delivered } from './delivered.ts'
import { Copies, normal } from './copies.ts'
import { CutOff } from './cut-off.ts'
import type { InboxState } from './cut-off.ts'
import { Permits } from './permits.ts'
import { Reading } from './reading.ts'
import type { CliInbox, Waiting } from './reading.ts'

type Flight = { items: Waiting[]; voice: link.Delivery['voice']; text: string; posts: number; since: Date; process: number; conversation: string }

/** `told`: what the model is to be told beside the text, by agentd itself. */
export type Prompted = { kind: 'ours'; voice: link.Delivery['voice']; messages: string[]; told: string | null } | { kind: 'copy' } | { kind: 'other'; told: string | null }

export type Port = {
  /** Null while the CLI has no inbox. */
  inbox: () => CliInbox | null
  /** `messages`: ids that the conversation then shows beside the text. */
  post: (inbox: string, text: string, messages: readonly string[]) => Promise<void>
  /** Ids of messages that stand in a conversation; null: in any of this session's. */
  given: (conversation: string | null) => Promise<ReadonlySet<string>>
  /** How many times the CLI has taken the text in since then. */
  accepted: (conversation: string, text: string, since: Date) => Promise<number>
  receipt: (messages: readonly string[], state: 'delivered' | 'seen' | 'failed', reason?: string) => void
  /** There is mail and no CLI to read it. */
  wanted: () => void
}

const MAX_TEXT = 60_000
/** More at once a model does not weigh one by one. */
const MAX_ITEMS = 50
/** Messages of the person that wait and are still handed over one by one. */
const ONE_BY_ONE = 3
/** Ids that one receipt may name. */
const MAX_RECEIPT = 100
const CHECK_MS = 1500
/** In vain: a project's own settings can close the inbox, and no setting of ours opens it again. */
const MAX_POSTS = 12

export class Delivery {
  readonly #port: Port
  readonly #delivered: Delivered
  #waiting: Waiting[] = []
  #flight: Flight | null = null
  readonly #reading: Reading
  /** Until it is known what the conversation holds by now. */
  #arrived: link.Delivery[] = []
  #readingUp = false
  readonly #copies = new Copies()
  readonly #permits = new Permits()
  #timer: NodeJS.Timeout | null = null
  #posting = false
  readonly #cutOff = new CutOff()

  constructor(port: Port, delivered: Delivered) {
    this.#port = port
    this.#delivered = delivered
    this.#reading = new Reading({
      inbox: () => port.inbox(), given: (conversation) => port.given(conversation), settled: () => this.kick(),
      written: (messages, active) => this.#got(messages, active), died: (items) => this.#takeBack(items),
    })
  }

  deliver(deliveries: readonly link.Delivery[]): void {
    this.#arrived.push(...deliveries)
    if (!this.#readingUp) background('reading what was delivered before', this.#takeIn())
  }

  tell(text: string): void {
    this.#waiting.push({ id: null, voice: 'system', text })
    this.kick()
  }

  /** The CLI is back in the middle of a turn: its model is told so. `alone`: also where nothing comes to be read with it. */
  goOn(words: string, alone: boolean): void {
    // Said to the process before this one, which died with it.
    this.#waiting = this.#waiting.filter((w) => w.cutOff === undefined)
    if (this.#flight !== null && this.#flight.items.every((w) => w.cutOff)) this.#flight = null
    this.#cutOff.set(words, alone)
    this.kick()
  }

  /** What the relay says of the session's inbox. */
  inbox(state: InboxState): void {
    this.#cutOff.inbox(state)
    this.kick()
  }

  /** Sends the next text if it can be. Called whenever something may have changed. */
  kick(): void {
    const nothing = this.#flight === null && this.#waiting.length === 0
    if (this.#posting || (nothing && !this.#cutOff.waits)) return
    const inbox = this.#port.inbox()
    if (inbox === null) {
      if (!nothing) this.#port.wanted()
      return
    }
    // What it was about to read may have died with the last process, and comes before all else then.
    if (this.#reading.lookAfterDeath(inbox.process)) return
    if (nothing && !this.#goesAlone()) return
    if (this.#flight === null) this.#flight = this.#next()
    else if (this.#flight.process === inbox.process) return
    const flight = this.#flight
    // What the last process had taken in but not read died with it.
    if (flight.process !== inbox.process) {
      this.#copies.clear()
      flight.posts = 0
      flight.since = new Date()
    }
    const wait = this.#permits.take()
    if (wait > 0) this.#arm(wait)
    else background('posting a message', this.#send(flight, inbox))
  }

  /** What the model is about to get. `messages`: those that this text carries. */
  async prompted(text: string): Promise<Prompted> {
    const key = normal(text)
    const copies = this.#copies.of(key)
    const flight = this.#flight
    if (flight === null || normal(flight.text) !== key) {
      if (copies === 0) return { kind: 'other', told: this.#cutOff.take() }
      this.#copies.came(key)
      return { kind: 'copy' }
    }
    if (copies > 0 && flight.posts === 1) {
      this.#copies.came(key)
      return { kind: 'copy' }
    }
    this.#flight = null
    const messages = flight.items.flatMap((item) => (item.id === null ? [] : [item.id]))
    if (messages.length > 0) this.#reading.add(messages, flight.items, flight)
    if (flight.posts > 1) {
      // Sent again although the CLI had just taken it in: the second one is on its way.
      const taken = await this.#port.accepted(flight.conversation, flight.text, flight.since)
      if (taken > 1) this.#copies.expect(key, taken - 1)
    }
    queueMicrotask(() => this.kick())
    return { kind: 'ours', voice: flight.voice, messages, told: this.#cutOff.take() }
  }

  /** Messages that came to the model as the result of a call: delivered when the conversation shows it. Those that die before that are brought again. */
  returned(messages: readonly string[]): void {
    const inbox = this.#port.inbox()
    const news = messages.filter((id) => !this.#delivered.has(id) && !this.#has(id))
    if (inbox !== null && news.length > 0) this.#reading.add(news, [], inbox)
  }

  /** Nothing is here that the word to go on could be told with: is nothing on its way? */
  #goesAlone(): boolean {
    const wait = this.#readingUp ? null : this.#cutOff.aloneIn()
    if (wait === null) return false
    if (wait > 0) this.#arm(wait)
    else this.#waiting.push({ id: null, voice: 'system', text: this.#cutOff.take() ?? '', cutOff: true })
    return wait <= 0
  }

  /** The model spoke or acted: what it was given before, it has seen. */
  active(): void {
    this.#reading.active()
    this.#see()
  }

  /**
   * What stands in the conversation counts: of an agentd that died between the conversation's line and its own, and of an answer that a call
   * returned and nobody could tell whether the CLI had written it down.
   */
  async #takeIn(): Promise<void> {
    this.#readingUp = true
    try {
      while (this.#arrived.length > 0) {
        const given = await this.#port.given(null).catch((error: unknown) => {
          log(`the conversation could not be read: ${reasonOf(error)}`)
          return new Set<string>()
        })
        const unknown = [...given].filter((id) => !this.#delivered.has(id) && !this.#reading.has(id))
        if (unknown.length > 0) this.#delivered.add(unknown)
        for (const d of this.#arrived.splice(0)) {
          const item: Waiting = { id: d.message, voice: d.voice, text: d.text }
          if (this.#delivered.has(d.message)) this.#again(d.message)
          else if (!this.#reading.bring(d.message, item) && !this.#has(d.message)) this.#waiting.push(item)
        }
      }
    } finally {
      this.#readingUp = false
    }
    this.kick()
  }

  #got(messages: readonly string[], active: boolean): void {
    this.#delivered.add(messages)
    this.#port.receipt(messages, 'delivered')
    if (active) this.#see()
  }

  /** It is brought again because its receipt got lost, and so may have what came after that. */
  #again(id: string): void {
    this.#cutOff.nothingComes()
    this.#port.receipt([id], 'delivered')
    if (this.#delivered.wasSeen(id)) this.#port.receipt([id], 'seen')
  }

  #see(): void {
    const seen = this.#delivered.see()
    for (let i = 0; i < seen.length; i += MAX_RECEIPT) this.#port.receipt(seen.slice(i, i + MAX_RECEIPT), 'seen')
  }

  /** What a dead process did not get to write waits again, in its place. */
  #takeBack(died: Waiting[]): void {
    const flight = this.#flight === null ? [] : this.#flight.items
    this.#flight = null
    this.#copies.clear()
    this.#waiting = [...died, ...flight, ...this.#waiting]
  }

  #has(id: string): boolean {
    return this.#reading.has(id) || this.#waiting.some((w) => w.id === id) || (this.#flight?.items.some((w) => w.id === id) ?? false)
  }

  #next(): Flight {
    const voice = this.#waiting[0]?.voice ?? 'system'
    const items: Waiting[] = []
    let size = 0
    const others = this.#waiting.findIndex((w) => w.voice !== voice)
    // A few words of the person are answered one by one; what has gathered in a long absence is read together.
    const alone = voice === 'person' && (others < 0 ? this.#waiting.length : others) <= ONE_BY_ONE
    for (const item of this.#waiting) {
      if (item.voice !== voice || (items.length > 0 && (alone || items.length >= MAX_ITEMS || size + item.text.length > MAX_TEXT))) break
      items.push(item)
      size += item.text.length + 2
    }
    this.#waiting.splice(0, items.length)
    return { items, voice, text: items.map((i) => i.text).join('\n\n'), posts: 0, since: new Date(), process: -1, conversation: '' }
  }

  async #send(flight: Flight, inbox: CliInbox): Promise<void> {
    this.#posting = true
    flight.process = inbox.process
    flight.conversation = inbox.conversation
    flight.posts += 1
    try {
      await this.#port.post(inbox.path, flight.text, flight.items.flatMap((item) => item.id ?? []))
    } catch (error) {
      log(`the CLI's inbox did not take a message: ${reasonOf(error)}`)
      flight.posts -= 1
    } finally {
      this.#posting = false
    }
    this.#arm(CHECK_MS)
  }

  #giveUp(flight: Flight): void {
    this.#flight = null
    const messages = flight.items.flatMap((item) => (item.id === null ? [] : [item.id]))
    if (messages.length > 0) this.#port.receipt(messages, 'failed', `The CLI did not take the message in, ${flight.posts} times. Does the project's .claude/settings.json set crossSessionInbound?`)
    this.kick()
  }

  #arm(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      background('looking after a message', this.#check())
    }, ms)
  }

  /** No receipt yet: did the CLI take it in? Then it comes when the model gets to it; else it is sent again. */
  async #check(): Promise<void> {
    const flight = this.#flight
    const inbox = this.#port.inbox()
    if (flight === null || inbox === null || flight.process !== inbox.process || this.#posting) return this.kick()
    const taken = flight.posts > 0 && (await this.#port.accepted(inbox.conversation, flight.text, flight.since)) > 0
    if (this.#flight !== flight) return
    if (taken) return this.#arm(CHECK_MS * 4)
    if (flight.posts >= MAX_POSTS) return this.#giveUp(flight)
    const wait = this.#permits.take()
    if (wait > 0) this.#arm(wait)
    else await this.#send(flight, inbox)
  }
}
