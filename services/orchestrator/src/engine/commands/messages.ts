import { fail, limits, ok, problem, SessionId } from '@orchestra/contracts'
import type { Actor, Problem } from '@orchestra/contracts'
import type { MessageRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import type { Core } from '../core.ts'
import { copyTo, post } from '../deliver.ts'
import type { Handlers } from '../dispatch.ts'

type MessageHandlers = Pick<Handlers, 'message.send' | 'message.ask' | 'message.answer' | 'message.withdraw'>

/** Sends of the last minute by session; a flood from a container stops here, before the database. */
const sent = new WeakMap<Core, Map<SessionId, number[]>>()
const flooded = (core: Core, by: Actor): Problem | null => {
  if (by.kind !== 'session') return null
  const all = sent.get(core) ?? new Map<SessionId, number[]>()
  sent.set(core, all)
  const recent = (all.get(by.id) ?? []).filter((at) => at > Date.now() - 60_000)
  if (recent.length >= limits.messagesPerMinute) return problem('rate_limited', `${by.id} sent ${limits.messagesPerMinute} messages within a minute.`, { about: by.id })
  all.set(by.id, [...recent, Date.now()])
  return null
}

const unreachable = async (tx: Tx, to: SessionId): Promise<Problem | null> => {
  const row = await tx.session(to)
  if (!row || row.role === 'check') return problem('session_unknown', `There is no session "${to}".`, { about: to })
  if (row.phase === 'deleted' || row.phase === 'deleting') return problem('wrong_state', `"${to}" is deleted: it gets no messages.`, { about: to })
  return null
}

const recipientOf = (to: string): MessageRow['to'] => (to === 'all' || to === 'person' ? { kind: to } : { kind: 'session', id: SessionId.parse(to) })

/** What a sender should know about when it will be read. */
const whenRead = async (tx: Tx, to: MessageRow['to']): Promise<string> => {
  if (to.kind !== 'session') return to.kind === 'person' ? 'shown to the person' : 'queued for every session'
  const row = await tx.session(to.id)
  return row?.phase === 'running' ? 'queued: delivered as soon as it reads' : `queued: ${to.id} is ${row?.phase ?? 'away'}, it gets it when it runs`
}

export const messageCommands: MessageHandlers = {
  'message.send': async ({ core, actor, commit }, input) => {
    const flood = flooded(core, actor)
    if (flood) return fail(flood)
    return commit(async (tx, now) => {
      const to = recipientOf(input.to)
      if (to.kind === 'person' && actor.kind === 'person') return fail(problem('bad_input', 'A person can\'t send a message to the person: name a session or "all".'))
      const stop = to.kind === 'session' ? await unreachable(tx, to.id) : null
      if (stop) return fail(stop)
      const row = await post(core, tx, now, { kind: input.kind, from: actor, to, text: input.text })
      if (input.kind === 'complete' && actor.kind === 'session') await markComplete(tx, actor.id, now)
      return ok({ message: row.id, state: await whenRead(tx, to) })
    })
  },

  'message.ask': async ({ core, actor, commit }, input) => {
    const flood = flooded(core, actor)
    if (flood) return fail(flood)
    return commit(async (tx, now) => {
      const recommended = input.recommended !== null && input.recommended < input.options.length ? input.recommended : null
      const row = await post(core, tx, now, { kind: 'question', from: actor, to: { kind: 'person' }, text: input.question, options: input.options, recommended, origin: input.origin })
      if (actor.kind === 'session') await touch(tx, actor.id, now)
      return ok({ message: row.id })
    })
  },

  'message.answer': async ({ core, actor, commit }, input) => commit(async (tx, now) => {
    const question = await tx.message(input.message)
    if (!question || question.kind !== 'question' || question.copyOf) return fail(problem('message_unknown', `There is no question ${input.message}.`, { about: input.message }))
    if (question.state !== 'open') return fail(alreadyAnswered(question))
    if (question.merge) return fail(problem('wrong_state', 'A merge is approved by merge.approve, bound to the commits that were shown, or declined by merge.cancel.', { about: question.merge, next: 'Approve or decline it in the page.' }))
    if (actor.kind === 'session' && (question.origin === 'permission' || question.origin === 'system')) {
      return fail(problem('forbidden', 'Only the person can approve this.', { about: question.id }))
    }
    const text = input.text ?? (input.option !== undefined ? question.options[input.option] : undefined)
    if (text === undefined) return fail(problem('bad_input', 'Give an answer: a text, or the number of one of the options.', { about: question.id }))
    await tx.putMessage({ ...question, state: 'answered', answerText: text, answerOption: input.option ?? null, answeredBy: actor, answeredAt: now })
    await tx.event({ type: 'message.answered', session: question.from.kind === 'session' ? question.from.id : null, actor, data: { message: question.id, text: text.slice(0, 2000) } })
    if (question.from.kind === 'session') {
      const answer = await post(core, tx, now, { kind: 'answer', from: actor, to: { kind: 'session', id: question.from.id }, text, inReplyTo: question.id })
      const designer = (await tx.sessions()).find((s) => s.role === 'designer')
      const toldAlready = actor.kind === 'session' || question.from.id === designer?.id || question.origin === 'permission'
      if (designer && !toldAlready) await copyTo(tx, answer, designer.id, now)
      await touch(tx, question.from.id, now)
    }
    return ok({ text })
  }),

  'message.withdraw': async ({ actor, commit }, input) => commit(async (tx, now) => {
    const question = await tx.message(input.message)
    if (!question || question.state !== 'open') return ok({})
    if (actor.kind === 'session' && !(question.from.kind === 'session' && question.from.id === actor.id)) return fail(problem('forbidden', 'Only who asked can withdraw a question.', { about: question.id }))
    await tx.putMessage({ ...question, state: 'withdrawn', answerText: input.reason, answeredAt: now })
    await tx.event({ type: 'message.withdrawn', session: question.from.kind === 'session' ? question.from.id : null, actor, data: { message: question.id, reason: input.reason } })
    if (question.from.kind === 'session') await touch(tx, question.from.id, now)
    return ok({})
  }),
}

const alreadyAnswered = (q: MessageRow): Problem => problem(
  'already_answered',
  q.state === 'withdrawn' ? `The question is no longer open: ${q.answerText ?? 'withdrawn'}` : `${q.answeredBy?.kind === 'session' ? q.answeredBy.id : 'The person'} answered at ${q.answeredAt ?? ''}: ${q.answerText ?? ''}`,
  { about: q.id },
)

const touch = async (tx: Tx, id: SessionId, now: string): Promise<void> => {
  const row = await tx.session(id)
  if (row) await tx.putSession({ ...row, lastEventAt: now })
}

const markComplete = async (tx: Tx, id: SessionId, now: string): Promise<void> => {
  const row = await tx.session(id)
  if (row) await tx.putSession({ ...row, completedAt: now, lastEventAt: now })
}
