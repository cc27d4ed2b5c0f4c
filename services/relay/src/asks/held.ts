/**
 * Questions whose call the relay holds open. The answer comes through the session's inbox: the inbox offers it here first, and
 * only what nobody holds (or what could not be handed over) goes on to the CLI as a message.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { fail, ok, problem } from '@orchestra/contracts'
import type { bus, MessageId, Result, SessionId } from '@orchestra/contracts'
import { MessageId as MessageIdSchema } from '@orchestra/contracts'
import { z } from 'zod'
import { bounds } from '../bounds.ts'
import type { Bus } from '../bus/port.ts'

export type Question = { /** repeats of it are the same question */ id: string; origin: 'tool' | 'native' | 'permission'; question: string; options: string[]; recommended: number | null; /** another session that is asked */ to?: SessionId }
export type Answer = { /** the message that it is */ id: MessageId; text: string; option: number | null; by: string }
export type Outcome =
  /** `given(false)` hands the answer back: it arrives as a message instead. Must be called once. */
  | { kind: 'answered'; message: MessageId; answer: Answer; given: (taken: boolean) => void }
  | { kind: 'waiting'; message: MessageId }

export type Held = {
  /** Asks, and waits for the answer until `wait` ms have passed (null: as long as it takes) or `gone` fires. */
  ask(question: Question, wait: number | null, gone: AbortSignal): Promise<Result<Outcome>>
  /** The question, when its holder gave the answer to its caller; null: it is held no longer. */
  offer(question: MessageId, answer: Answer): Promise<Question | null>
  /** How many calls are held. */
  count(): number
}

const AskReply = z.object({ message: MessageIdSchema })

/** `onHeld` is told of each question as soon as it is held. */
export const makeHeld = (session: SessionId, channel: Pick<Bus, 'report'>, onHeld: (question: MessageId) => void): Held => {
  const holders = new Map<MessageId, (answer: Answer) => Promise<Question | null>>()
  const asking = new Set<Promise<unknown>>()
  let held = 0

  const commit = async (question: Question, gone: AbortSignal): Promise<Result<MessageId>> => {
    const report: bus.SessionReport = { type: 'ask', session, ...question }
    for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
      const reply = await channel.report(report)
      if (reply.ok) return ok(AskReply.parse(reply.value).message)
      if (reply.problem.code !== 'timed_out' || gone.aborted) return reply
      await delay(pause, undefined, { signal: gone }).catch(() => undefined) // hung up: one last look, then out
    }
  }
  const hold = (message: MessageId, question: Question, wait: number | null, gone: AbortSignal): Promise<Outcome> =>
    new Promise((resolve) => {
      const end = (outcome: Outcome) => {
        clearTimeout(timer)
        gone.removeEventListener('abort', leave)
        holders.delete(message)
        resolve(outcome)
      }
      const leave = () => end({ kind: 'waiting', message })
      const timer = wait === null ? undefined : setTimeout(leave, wait)
      gone.addEventListener('abort', leave, { once: true })
      holders.set(message, (answer) => new Promise((given) => end({ kind: 'answered', message, answer, given: (taken) => given(taken ? question : null) })))
      if (gone.aborted) leave()
      else onHeld(message)
    })

  return {
    async ask(question, wait, gone) {
      if (held >= bounds.asks) return fail(problem('rate_limited', `${bounds.asks} questions of this session wait already.`, { about: session }))
      held += 1
      try {
        const committed = commit(question, gone)
        // The inbox may bring the answer before the reply to the report is read: offer() waits for this.
        const known = committed.then((message) => (message.ok ? { waiting: hold(message.value, question, wait, gone) } : message))
        const settled = known.then(() => undefined, () => undefined)
        asking.add(settled)
        const result = await known.finally(() => asking.delete(settled))
        return 'waiting' in result ? ok(await result.waiting) : result
      } finally {
        held -= 1
      }
    },
    async offer(question, answer) {
      if (!holders.has(question)) await Promise.all(asking)
      return (await holders.get(question)?.(answer)) ?? null
    },
    count: () => held,
  }
}
