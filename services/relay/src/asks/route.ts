/** POST /ask: the CLI's own questions and permission prompts, held until somebody answers. Hanging up withdraws the question. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { limits, link, problem } from '@orchestra/contracts'
import { z } from 'zod'
import { bounds } from '../bounds.ts'
import type { Budget } from '../http/budget.ts'
import { finished, goneSignal, parseJson, readBody, sendJson, sendProblem } from '../http/reply.ts'
import { makeRate } from '../mcp/rate.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Held } from './held.ts'

/** Names the question across a relay restart: the same id asked again is the same question. */
const AskId = z.uuid().optional().catch(undefined)

const reasons = {
  terminal: 'Answered in the terminal.',
  ended: 'No longer asked: the turn ended, or was interrupted.',
  unknown: 'No longer asked: answered in the terminal, or the turn ended.',
} as const

type Settled = Pick<z.output<typeof link.AskSettled>, 'how' | 'answer'>

export const askRoute = (held: Held, reporter: Reporter, budget: Budget) => {
  const mayAsk = makeRate(limits.messagesPerMinute, 60_000)
  /** Told before the question was hung up on. */
  const settled = new Map<string, Settled>()
  const settle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readBody(req, res, 10_000, budget)
    const json = body.ok ? parseJson(body.value.toString('utf8')) : body
    const said = link.AskSettled.safeParse(json.ok ? json.value : undefined)
    if (!said.success) return sendProblem(res, problem('bad_input', 'This says nothing about a question.'))
    if (settled.size >= bounds.asks) settled.clear()
    settled.set(said.data.id, { how: said.data.how, answer: said.data.answer })
    sendJson(res, 200, {})
  }
  const ask = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const gone = goneSignal(res)
    if (!mayAsk()) return sendProblem(res, problem('rate_limited', `More than ${limits.messagesPerMinute} questions in a minute.`))
    const body = await readBody(req, res, limits.httpBody, budget)
    if (!body.ok) return sendProblem(res, body.problem)
    const json = parseJson(body.value.toString('utf8'))
    const request = link.AskRequest.safeParse(json.ok ? json.value : undefined)
    if (!request.success) return sendProblem(res, problem('bad_input', 'This is no question.', { detail: request.error.message }))

    const question = { id: AskId.parse(req.headers['x-ask']) ?? randomUUID(), recommended: null, ...request.data }
    // Settled while nobody here held it: a relay before this one did.
    const outcome = await held.ask(question, settled.has(question.id) ? 0 : null, gone)
    if (!outcome.ok) return sendProblem(res, outcome.problem)
    if (outcome.value.kind === 'waiting') {
      const how = settled.get(question.id)
      settled.delete(question.id)
      await reporter.send({ type: 'ask-closed', message: outcome.value.message, reason: reasons[how?.how ?? 'unknown'], terminal: how?.how === 'terminal' ? { answer: how.answer } : null })
      return sendProblem(res, problem('already_answered', 'This question is no longer asked.'))
    }
    const taken = finished(res)
    const { text, option, by } = outcome.value.answer
    sendJson(res, 200, { text, option, by, message: outcome.value.answer.id } satisfies link.AskReply)
    outcome.value.given(await taken)
  }
  return { ask, settle }
}
