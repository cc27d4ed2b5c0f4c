/**
 * Messages into the CLI's own inbox. One text in flight; the prompt hook with exactly that text says that the model is about to get
 * it, and the receipt goes out when it stands in the conversation that the CLI writes: what dies in between was never delivered.
 * Waiting messages of one voice go together. Sent again only when the CLI never took the text in, or died with it.
 */
import type { link } from '@orchestra/contracts'
import { background, log, reasonOf } from '../log.ts'
import type { Delivered } from './delivered.ts'
import { Permits } from './permits.ts'

/** How long it is waited for the relay's word on what waits in the inbox: an older one never says it. */
const INBOX_MS = 10_000

/** Told to the model by agentd itself, not by anybody's message: no id, no receipt. */
export type Waiting = { id: string | null; voice: link.Delivery['voice']; text: string; /** the word of `goOn` */ cutOff?: true }
type Flight = { items: Waiting[]; voice: link.Delivery['voice']; text: string; posts: number; since: Date; process: number; conversation: string }

/** The hook had it, the conversation does not show it yet. `active`: the model went on since. */
type Reading = { flight: Flight; messages: string[]; since: number; active: boolean }

/** `told`: what the model is to be told beside the text, by agentd itself. */
export type Prompted = { kind: 'ours'; voice: link.Delivery['voice']; messages: string[]; told: string | null } | { kind: 'copy' } | { kind: 'other'; told: string | null }

/** `alone`: told also where nothing comes to be read with it. */
type CutOff = { words: string; alone: boolean; until: number }

export type Port = {
  /** Null while the CLI has no inbox. `process`: another number after each start. */
  inbox: () => { path: string; process: number; conversation: string } | null
  /** `messages`: ids that the conversation then shows beside the text. */
  post: (inbox: string, text: string, messages: readonly string[]) => Promise<void>
  /** Ids of messages that stand in a conversation; null: in any of this session's. */
  given: (conversation: string | null) => Promise<ReadonlySet<string>>
  /** How many times the CLI has taken the text in since then. */
  accepted: (conversation: string, text: string, since: Date) => Promise<number>
  receipt: (messages: string[], state: 'delivered' | 'seen' | 'failed', reason?: string) => void
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
/** The CLI writes within some tens of milliseconds. */
const WRITTEN_MS = 50
/** A CLI that lives on and writes nothing keeps no conversation: its hook's word has to do. */
const UNWRITTEN_MS = 30_000
/** In vain: a project's own settings can close the inbox, and no setting of ours opens it again. */
const MAX_POSTS = 12

export class Delivery {
  readonly #port: Port
  readonly #delivered: Delivered
  #waiting: Waiting[] = []
  #flight: Flight | null = null
  #reading: Reading[] = []
  /** Until it is known what the conversation holds by now. */
  #arrived: link.Delivery[] = []
  #readingUp = false
  #confirming = false
  #confirmTimer: NodeJS.Timeout | null = null
  /** Text → copies still to come, where it was posted more than once. */
  #copies = new Map<string, number>()
  readonly #permits = new Permits()
  #timer: NodeJS.Timeout | null = null
  #posting = false
  #cutOff: CutOff | null = null
  /** Whether something waits in the relay's inbox that has not been brought. */
  #inbox: 'unknown' | 'held' | 'empty' = 'unknown'

  constructor(port: Port, delivered: Delivered) {
    this.#port = port
    this.#delivered = delivered
  }

  deliver(deliveries: readonly link.Delivery[]): void {
    this.#arrived.push(...deliveries)
    if (!this.#readingUp) background('reading what was delivered before', this.#takeIn())
  }

  tell(text: string): void {
    this.#waiting.push({ id: null, voice: 'system', text })
    this.kick()
  }

  /**
   * The CLI is back in the middle of a turn. Its model is told so together with what waits, since that may be the answer to what it would ask
   * again; on its own where nothing waits, unless it waits for something itself.
   */
  goOn(words: string, alone: boolean): void {
    // Said to the process before this one, which died with it.
    this.#waiting = this.#waiting.filter((w) => w.cutOff === undefined)
    if (this.#flight !== null && this.#flight.items.every((w) => w.cutOff)) this.#flight = null
    this.#cutOff = { words, alone, until: Date.now() + INBOX_MS }
    this.kick()
  }

  /** What the relay says of the session's inbox: nothing waits, or what waits there is held by a limit. */
  inbox(state: 'empty' | 'held' | 'unknown'): void {
    this.#inbox = state
    this.kick()
  }

  /** Sends the next text if it can be. Called whenever something may have changed. */
  kick(): void {
    const nothing = this.#flight === null && this.#waiting.length === 0
    if (this.#posting || (nothing && this.#cutOff === null)) return
    const inbox = this.#port.inbox()
    if (inbox === null) {
      if (!nothing) this.#port.wanted()
      return
    }
    // What it was about to read may have died with the last process, and comes before all else then.
    if (this.#reading.some((r) => r.flight.process !== inbox.process)) return this.#confirmSoon(0)
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
    const copies = this.#copies.get(key) ?? 0
    const flight = this.#flight
    if (flight === null || normal(flight.text) !== key) {
      if (copies === 0) return { kind: 'other', told: this.#takeCutOff() }
      this.#countDown(key, copies)
      return { kind: 'copy' }
    }
    if (copies > 0 && flight.posts === 1) {
      this.#countDown(key, copies)
      return { kind: 'copy' }
    }
    this.#flight = null
    const messages = flight.items.flatMap((item) => (item.id === null ? [] : [item.id]))
    if (messages.length > 0) {
      this.#reading.push({ flight, messages, since: Date.now(), active: false })
      this.#confirmSoon(WRITTEN_MS)
    }
    if (flight.posts > 1) {
      // Sent again although the CLI had just taken it in: the second one is on its way.
      const taken = await this.#port.accepted(flight.conversation, flight.text, flight.since)
      if (taken > 1) this.#copies.set(key, taken - 1)
    }
    queueMicrotask(() => this.kick())
    return { kind: 'ours', voice: flight.voice, messages, told: this.#takeCutOff() }
  }

  /** Messages that came to the model as the result of a call: delivered when the conversation shows it. Those that die before that are brought again. */
  returned(messages: readonly string[]): void {
    const inbox = this.#port.inbox()
    const news = messages.filter((id) => !this.#delivered.has(id) && !this.#has(id))
    if (inbox === null || news.length === 0) return
    const flight: Flight = { items: [], voice: 'system', text: '', posts: 0, since: new Date(), process: inbox.process, conversation: inbox.conversation }
    this.#reading.push({ flight, messages: news, since: Date.now(), active: false })
    this.#confirmSoon(WRITTEN_MS)
  }

  #takeCutOff(): string | null {
    const words = this.#cutOff?.words ?? null
    this.#cutOff = null
    return words
  }

  /** Nothing is here that the word to go on could be told with: is nothing on its way? */
  #goesAlone(): boolean {
    const cutOff = this.#cutOff
    if (cutOff === null || !cutOff.alone || this.#readingUp || this.#inbox === 'held') return false
    const wait = this.#inbox === 'empty' ? 0 : cutOff.until - Date.now()
    if (wait > 0) this.#arm(wait)
    else this.#waiting.push({ id: null, voice: 'system', text: this.#takeCutOff() ?? '', cutOff: true })
    return wait <= 0
  }

  /** The model spoke or acted: what it was given before, it has seen. */
  active(): void {
    for (const r of this.#reading) r.active = true
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
        const reading = new Set(this.#reading.flatMap((r) => r.messages))
        const unknown = [...given].filter((id) => !this.#delivered.has(id) && !reading.has(id))
        if (unknown.length > 0) this.#delivered.add(unknown)
        for (const d of this.#arrived.splice(0)) {
          const item: Waiting = { id: d.message, voice: d.voice, text: d.text }
          const returned = this.#reading.find((r) => r.messages.includes(d.message) && !r.flight.items.some((one) => one.id === d.message))
          if (this.#delivered.has(d.message)) this.#again(d.message)
          // The result of a call that is not written down yet: if it never is, there are its words.
          else if (returned !== undefined) returned.flight.items.push(item)
          else if (!this.#has(d.message)) this.#waiting.push(item)
        }
      }
    } finally {
      this.#readingUp = false
    }
    this.kick()
  }

  #confirmSoon(ms: number): void {
    if (this.#confirmTimer !== null) clearTimeout(this.#confirmTimer)
    this.#confirmTimer = setTimeout(() => {
      this.#confirmTimer = null
      if (!this.#confirming) background('looking for messages in the conversation', this.#confirm())
    }, ms)
  }

  /** Receipts for what stands in the conversation; what a dead process did not get to write waits again, in its place. */
  async #confirm(): Promise<void> {
    this.#confirming = true
    try {
      const reading = [...this.#reading]
      for (const conversation of new Set(reading.map((r) => r.flight.conversation))) {
        const given = await this.#port.given(conversation)
        for (const r of reading.filter((one) => one.flight.conversation === conversation)) {
          const same = this.#port.inbox()?.process === r.flight.process
          if (r.messages.every((id) => given.has(id)) || (same && Date.now() - r.since > UNWRITTEN_MS)) this.#got(r)
        }
      }
      const inbox = this.#port.inbox()
      const died = inbox === null ? [] : reading.filter((r) => this.#reading.includes(r) && r.flight.process !== inbox.process)
      if (died.length > 0) this.#takeBack(died)
    } finally {
      this.#confirming = false
    }
    const [oldest] = this.#reading
    if (oldest !== undefined) this.#confirmSoon(Date.now() - oldest.since > 3000 ? 1000 : WRITTEN_MS * 2)
    else this.kick()
  }

  #got(r: Reading): void {
    this.#reading = this.#reading.filter((one) => one !== r)
    this.#delivered.add(r.messages)
    this.#port.receipt(r.messages, 'delivered')
    if (r.active) this.#see()
  }

  /** It is brought again because its receipt got lost, and so may have what came after that. */
  #again(id: string): void {
    // What it waited for stands in its conversation: nothing else will come.
    if (this.#cutOff !== null) this.#cutOff.alone = true
    this.#port.receipt([id], 'delivered')
    if (this.#delivered.wasSeen(id)) this.#port.receipt([id], 'seen')
  }

  #see(): void {
    const seen = this.#delivered.see()
    for (let i = 0; i < seen.length; i += MAX_RECEIPT) this.#port.receipt(seen.slice(i, i + MAX_RECEIPT), 'seen')
  }

  #takeBack(died: Reading[]): void {
    this.#reading = this.#reading.filter((r) => !died.includes(r))
    const flight = this.#flight === null ? [] : this.#flight.items
    this.#flight = null
    this.#copies.clear()
    this.#waiting = [...died.flatMap((r) => r.flight.items), ...flight, ...this.#waiting]
  }

  #has(id: string): boolean {
    if (this.#reading.some((r) => r.messages.includes(id))) return true
    return this.#waiting.some((w) => w.id === id) || (this.#flight?.items.some((w) => w.id === id) ?? false)
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

  async #send(flight: Flight, inbox: { path: string; process: number; conversation: string }): Promise<void> {
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

  #countDown(key: string, copies: number): void {
    if (copies <= 1) this.#copies.delete(key)
    else this.#copies.set(key, copies - 1)
  }
}

/** The CLI hands the text back as posted, but for the ends. */
const normal = (text: string) => text.replaceAll('\r\n', '\n').trim()
