/**
 * Questions that the CLI waits on: put to the person through the relay while their dialog stands in the terminal. Who answers first, here or
 * there, settles it; the other side is told.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as after } from 'node:timers'
import { setTimeout as sleep } from 'node:timers/promises'
import { link } from '@orchestra/contracts'
import type { z } from 'zod'
import { background, log, reasonOf } from '../log.ts'
import type { Asked } from '../profiles/profile.ts'
import type { RelayRequest } from '../relay/request.ts'

const RETRY_MS = 1000
const SETTLE_MS = 5000
/** How long it is tried to tell the relay how a question was settled. */
const TELL_MS = 10 * 60_000
/** A dialog makes room for the next one within this. */
const CLOSED_MS = 300
/** The call of a question that was answered ends at once, and says more than a dialog that closed. */
const ANSWERED_MS = 3000
/** A CLI that hangs up says nothing about why; its status and its hooks do, by then. */
const HUNG_UP_MS = 5000

type Settled = { how: 'terminal' | 'ended'; /** of one of the questions, by its key */ answer: (key: string) => string | null }
const ended: Settled = { how: 'ended', answer: () => null }
type Body = z.input<typeof link.AskRequest>
/** `shown`: its dialog was seen open. */
type Open = { origin: 'native' | 'permission'; control: AbortController; shown: boolean }

export class Questions {
  readonly #post: RelayRequest
  readonly #open = new Map<string, Open>()
  #dialog = false

  constructor(post: RelayRequest) {
    this.#post = post
  }

  /** Null when it was settled in the terminal, or when the relay refuses it: then the CLI asks there alone. */
  async ask(origin: 'native' | 'permission', call: string, questions: Asked[], gone: AbortSignal): Promise<Map<string, link.AskReply> | null> {
    const control = new AbortController()
    const hungUp = () => void after(() => control.abort(ended), HUNG_UP_MS)
    gone.addEventListener('abort', hungUp, { once: true })
    this.#open.set(call, { origin, control, shown: false })
    try {
      const replies = await Promise.all(questions.map(async (q): Promise<[string, link.AskReply] | null> => {
        const reply = await this.#one({ origin, question: q.question, options: q.options }, q.key, control.signal)
        return reply === null ? null : [q.key, reply]
      }))
      const given = replies.filter((r) => r !== null)
      return given.length === questions.length ? new Map(given) : null
    } finally {
      gone.removeEventListener('abort', hungUp)
      this.#open.delete(call)
    }
  }

  /** The call is over: somebody answered in the terminal. */
  settled(call: string, answer: Settled['answer']): void {
    this.#settle(call, { how: 'terminal', answer })
  }

  withdrawAll(): void {
    for (const call of this.#open.keys()) this.#settle(call, ended)
  }

  /** `open`: a dialog stands in the terminal. Closed without an answer of ours it was answered there; `idle`: and the turn is over with it. */
  dialog(open: boolean, idle: boolean): void {
    if (open) for (const question of this.#open.values()) question.shown = true
    else if (this.#dialog) {
      for (const [call, question] of this.#open) {
        if (!question.shown) continue
        after(() => {
          if (!this.#dialog && this.#open.get(call) === question) this.#settle(call, { how: 'terminal', answer: () => (idle ? 'Declined.' : null) })
        }, question.origin === 'native' && !idle ? ANSWERED_MS : CLOSED_MS)
      }
    }
    this.#dialog = open
  }

  #settle(call: string, how: Settled): void {
    this.#open.get(call)?.control.abort(how)
  }

  async #one(body: Body, key: string, moot: AbortSignal): Promise<link.AskReply | null> {
    // The same id after a restart of the relay: one question, not two.
    const id = randomUUID()
    const hangUp = new AbortController()
    let held = false
    const ask = () => this.#post('/ask', JSON.stringify(body), { 'content-type': 'application/json', 'x-ask': id }, hangUp.signal)
    const settle = () => {
      const { how, answer } = moot.reason as Settled
      background('telling how a question was settled', this.#tell({ id, how, answer: answer(key) }, () => held, ask).finally(() => hangUp.abort()))
    }
    moot.addEventListener('abort', settle, { once: true })
    try {
      while (!moot.aborted) {
        try {
          held = true
          const asking = ask()
          asking.catch(() => { held = false })
          const answer = await until(moot, asking)
          if (answer === null) return null
          if (answer.status === 200) return link.AskReply.parse(JSON.parse(answer.body))
          if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
            log(`a question was refused with ${answer.status}: ${answer.body.slice(0, 300)}`)
            return null
          }
        } catch (error) {
          log(`a question waits for the relay: ${reasonOf(error)}`)
        }
        await sleep(RETRY_MS, undefined, { signal: moot }).catch(() => undefined)
      }
      return null
    } finally {
      moot.removeEventListener('abort', settle)
    }
  }

  /**
   * Told before the question is hung up on, and no reason to keep the CLI waiting. A relay that does not hold it, since it was away, is asked
   * again: it knows by then that nobody waits.
   */
  async #tell(settled: z.input<typeof link.AskSettled>, held: () => boolean, ask: () => Promise<unknown>): Promise<void> {
    const body = JSON.stringify(settled)
    for (const end = Date.now() + TELL_MS; Date.now() < end; await sleep(RETRY_MS)) {
      try {
        const told = await this.#post('/ask/settled', body, { 'content-type': 'application/json' }, AbortSignal.timeout(SETTLE_MS))
        if (told.status !== 200) return log(`how a question was settled was refused with ${told.status}`)
        if (!held()) await ask()
        return
      } catch (error) {
        log(`how a question was settled could not be told yet: ${reasonOf(error)}`)
      }
    }
  }
}

/** Null as soon as the signal fires; what is still under way is left to end by itself. */
const until = <T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
    work.then(resolve, reject)
  })
