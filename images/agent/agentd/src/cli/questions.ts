/** Questions that the CLI waits on: put to the person through the relay, withdrawn when the CLI no longer waits. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { link } from '@orchestra/contracts'
import { log, reasonOf } from '../log.ts'
import type { Asked } from '../profiles/profile.ts'
import type { RelayRequest } from '../relay/request.ts'

const RETRY_MS = 1000
const SETTLE_MS = 1000

export class Questions {
  readonly #post: RelayRequest
  readonly #open = new Map<string, AbortController>()

  constructor(post: RelayRequest) {
    this.#post = post
  }

  /** Null when it was withdrawn, or when the relay refuses it: then the CLI asks in its terminal. */
  async ask(origin: 'native' | 'permission', call: string, questions: Asked[], gone: AbortSignal): Promise<Map<string, link.AskReply> | null> {
    const control = new AbortController()
    const moot = AbortSignal.any([gone, control.signal])
    this.#open.set(call, control)
    try {
      const replies = await Promise.all(questions.map(async (q): Promise<[string, link.AskReply] | null> => {
        const reply = await this.#one({ origin, question: q.question, options: q.options }, moot)
        return reply === null ? null : [q.key, reply]
      }))
      const given = replies.filter((r) => r !== null)
      return given.length === questions.length ? new Map(given) : null
    } finally {
      this.#open.delete(call)
    }
  }

  /** The call is over: somebody answered in the terminal. */
  settled(call: string): void {
    this.#open.get(call)?.abort('terminal')
  }

  withdrawAll(): void {
    for (const control of this.#open.values()) control.abort('ended')
  }

  async #one(body: { origin: 'native' | 'permission'; question: string; options: string[] }, moot: AbortSignal): Promise<link.AskReply | null> {
    // The same id after a restart of the relay: one question, not two.
    const id = randomUUID()
    const headers = { 'content-type': 'application/json', 'x-ask': id }
    const hangUp = new AbortController()
    moot.addEventListener('abort', () => void this.#settle(id, moot.reason).finally(() => hangUp.abort()), { once: true })
    while (!moot.aborted) {
      try {
        const answer = await this.#post('/ask', JSON.stringify(body), headers, hangUp.signal)
        if (answer.status === 200) return link.AskReply.parse(JSON.parse(answer.body))
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
          log(`a question was refused with ${answer.status}: ${answer.body.slice(0, 300)}`)
          return null
        }
      } catch (error) {
        if (moot.aborted) break
        log(`a question waits for the relay: ${reasonOf(error)}`)
      }
      await sleep(RETRY_MS, undefined, { signal: moot }).catch(() => undefined)
    }
    return null
  }

  /** The page says who answered: told before the question is hung up on, and no reason to keep the CLI waiting. */
  async #settle(id: string, how: unknown): Promise<void> {
    const settled = link.AskSettled.safeParse({ id, how })
    // A CLI that hangs up by itself says nothing about why.
    if (!settled.success) return
    await this.#post('/ask/settled', JSON.stringify(settled.data), { 'content-type': 'application/json' }, AbortSignal.timeout(SETTLE_MS)).catch((error: unknown) => log(`how a question was settled could not be told: ${reasonOf(error)}`))
  }
}
