import { atTerminal, fail, limits, ok, problem, SessionId } from '@orchestra/contracts'
import type { Actor, Delivery, MessageId, Problem, Result } from '@orchestra/contracts'
import { becameOf, becameOfAll } from '../../domain/receipts.ts'
import { hopLimit, hopText } from '../../domain/hops.ts'
import { answeredThere } from '../../domain/messages.ts'
import type { MessageRow } from '../../domain/rows.ts'
import type { Tx } from '../../ports/store.ts'
import { system } from '../core.ts'
import type { Core } from '../core.ts'
import { copyTo, post } from '../deliver.ts'
import type { Handlers } from '../dispatch.ts'
import { designerFirst, escalate, escalateLater, escalateNever } from '../escalate.ts'
import { loadViews } from '../views.ts'

type MessageHandlers = Pick<Handlers, 'message.send' | 'message.ask' | 'message.answer' | 'message.escalate' | 'message.withdraw'>

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

/** Two agents that only answer each other end here; the person is told once, and a word of theirs lets them go on. */
const tooFar = async (core: Core, tx: Tx, actor: Actor, to: string, now: string): Promise<Problem | null> => {
  const sender = actor.kind === 'session' ? await tx.session(actor.id) : null
  const far = sender && hopLimit(sender)
  if (!sender || !far) return null
  if (sender.hops === limits.messageHops) {
    await tx.putSession({ ...sender, hops: limits.messageHops + 1 })
    await post(core, tx, now, { kind: 'error', from: actor, to: { kind: 'person' }, text: hopText(to), personOnly: true })
  }
  return far
}

const recipientOf = (to: string): MessageRow['to'] => (to === 'all' || to === 'person' ? { kind: to } : { kind: 'session', id: SessionId.parse(to) })

/** Resolves at the message's first receipt, or after the time; at once where its receiver can take nothing in now. */
const untilReceipt = async (core: Core, message: MessageId, to: string, ms: number): Promise<void> => {
  const receiver = ms === 0 || to === 'all' || to === 'person' ? null : await core.store.read.session(SessionId.parse(to))
  if (receiver?.phase !== 'running' || !receiver.linkUp) return
  const done = Promise.withResolvers<void>()
  const stop = core.feed.onMessage(message, () => {
    core.store.read.message(message).then((row) => { if (row?.delivery !== 'queued') done.resolve() }, done.reject)
  })
  const timer = setTimeout(done.resolve, ms)
  try { await done.promise } finally { clearTimeout(timer); stop() }
}

/** What became of it until now. */
const outcome = async (core: Core, message: MessageId): Promise<{ message: MessageId; delivery: Delivery; state: string }> => {
  const row = await core.store.read.message(message)
  if (!row) throw new Error(`message ${message} is gone`)
  if (row.to.kind === 'all') return { message, delivery: row.delivery, state: becameOfAll(await core.store.read.copiesOf(message)) }
  const views = await loadViews(core.store.read, core, core.outside)
  return { message, delivery: row.delivery, state: becameOf(row, views.why(row), views.now) }
}

export const messageCommands: MessageHandlers = {
  'message.send': async ({ core, actor, commit }, input) => {
    const flood = flooded(core, actor)
    if (flood) return fail(flood)
    const sent = await commit(async (tx, now) => {
      const to = recipientOf(input.to)
      if (to.kind === 'person' && actor.kind === 'person') return fail(problem('bad_input', 'A person can\'t send a message to the person: name a session or "all".'))
      const stop = to.kind === 'session' ? await unreachable(tx, to.id) : null
      if (stop) return fail(stop)
      const far = to.kind === 'person' ? null : await tooFar(core, tx, actor, input.to, now)
      if (far) return fail(far)
      const row = await post(core, tx, now, { kind: input.kind, from: actor, to, text: input.text })
      if (input.kind === 'complete' && actor.kind === 'session') await markComplete(tx, actor.id, now)
      return ok({ message: row.id, delivery: row.delivery, state: to.kind === 'person' ? 'shown to the person' : 'queued' })
    })
    if (!sent.ok) return sent
    await untilReceipt(core, sent.value.message, input.to, input.wait ?? 0)
    return ok(await outcome(core, sent.value.message))
  },

  'message.ask': async ({ core, actor, commit }, input) => {
    const flood = flooded(core, actor)
    if (flood) return fail(flood)
    return commit(async (tx, now) => {
      const recommended = input.recommended !== null && input.recommended < input.options.length ? input.recommended : null
      const stop = input.to === undefined ? null : await unreachable(tx, input.to)
      if (stop) return fail(stop)
      if (actor.kind === 'session' && input.to === actor.id) return fail(problem('bad_input', 'A session can\'t ask itself.', { about: actor.id }))
      const to: MessageRow['to'] = input.to === undefined ? { kind: 'person' } : { kind: 'session', id: input.to }
      const first = input.to === undefined && input.origin !== 'permission' && actor.kind === 'session' ? await designerFirst(core, tx, actor.id, now) : { until: null, why: null }
      const row = await post(core, tx, now, { kind: 'question', from: actor, to, text: input.question, options: input.options, recommended, origin: input.origin, designerUntil: first.until })
      if (first.until !== null) await escalateLater(tx, row, now)
      else if (first.why !== null) await tx.event({ type: 'message.escalated', session: actor.kind === 'session' ? actor.id : null, actor: system('questions'), data: { message: row.id, reason: first.why } })
      if (actor.kind === 'session') await touch(tx, actor.id, now)
      return ok({ message: row.id })
    })
  },

  'message.answer': async ({ core, actor, commit }, input) => commit(async (tx, now) => {
    const question = await tx.message(input.message)
    if (!question || question.kind !== 'question' || question.copyOf) return fail(problem('message_unknown', `There is no question ${input.message}.`, { about: input.message }))
    if (question.state !== 'open') return fail(alreadyAnswered(question, now))
    if (question.merge) return fail(problem('wrong_state', 'A merge is approved by merge.approve, bound to the commits that were shown, or declined by merge.cancel.', { about: question.merge, next: 'Approve or decline it in the page.' }))
    if (actor.kind === 'session' && (question.origin === 'permission' || question.origin === 'system')) {
      return fail(problem('forbidden', 'Only the person can approve this.', { about: question.id }))
    }
    const own = actor.kind === 'session' ? await mayAnswer(tx, actor.id, question) : null
    if (own) return fail(own)
    const far = question.from.kind === 'session' ? await tooFar(core, tx, actor, question.from.id, now) : null
    if (far) return fail(far)
    const text = input.text ?? (input.option !== undefined ? question.options[input.option] : undefined)
    if (text === undefined) return fail(problem('bad_input', 'Give an answer: a text, or the number of one of the options.', { about: question.id }))
    await tx.putMessage({ ...question, state: 'answered', delivery: 'answered', answerText: text, answerOption: input.option ?? null, answeredBy: actor, answeredAt: now })
    await escalateNever(tx, question)
    await tx.event({ type: 'message.answered', session: question.from.kind === 'session' ? question.from.id : null, actor, data: { message: question.id, text: text.slice(0, 2000) } })
    if (question.from.kind === 'session') {
      const answer = await post(core, tx, now, { kind: 'answer', from: actor, to: { kind: 'session', id: question.from.id }, text, inReplyTo: question.id })
      const designer = (await tx.sessions()).find((s) => s.role === 'designer')
      const toldAlready = actor.kind === 'session' || question.from.id === designer?.id || question.origin === 'permission' || question.to.kind === 'session'
      if (designer && !toldAlready) await copyTo(tx, answer, designer.id, now)
      await dialogOver(tx, question.from.id, question, now)
    }
    return ok({ text })
  }),

  'message.escalate': async ({ actor, commit }, input) => commit(async (tx, now) => {
    const question = await tx.message(input.message)
    if (!question || question.kind !== 'question' || question.copyOf) return fail(problem('message_unknown', `There is no question ${input.message}.`, { about: input.message }))
    if (question.state !== 'open') return fail(alreadyAnswered(question, now))
    if (question.to.kind === 'session') return fail(problem('wrong_state', `It was asked of ${question.to.id}, not of the designer.`, { about: question.id }))
    await escalate(tx, question, { actor, reason: input.note ? `the designer says: ${input.note.slice(0, 300)}` : 'the designer leaves it to the person', note: input.note ?? null, now })
    return ok({})
  }),

  'message.withdraw': async ({ core, actor, commit }, input) => commit(async (tx, now) => {
    const question = await tx.message(input.message)
    if (!question || question.state !== 'open') return ok({})
    if (actor.kind === 'session' && !(question.from.kind === 'session' && question.from.id === actor.id)) return fail(problem('forbidden', 'Only who asked can withdraw a question.', { about: question.id }))
    if (input.terminal) return answeredInTerminal(core, tx, question, input.terminal.answer ?? input.reason, now)
    await tx.putMessage({ ...question, state: 'withdrawn', deliveryReason: input.reason, answerText: input.reason, answeredAt: now })
    await escalateNever(tx, question)
    await tx.event({ type: 'message.withdrawn', session: question.from.kind === 'session' ? question.from.id : null, actor, data: { message: question.id, reason: input.reason } })
    if (question.from.kind === 'session') await touch(tx, question.from.id, now)
    return ok({})
  }),
}

/** Who types there is not known, and that somebody did is its container's word: nobody's name stands on it. */
const answeredInTerminal = async (core: Core, tx: Tx, question: MessageRow, text: string, now: string): Promise<Result<Record<string, never>>> => {
  const by = atTerminal
  const asker = question.from.kind === 'session' ? question.from.id : null
  await tx.putMessage({ ...question, state: 'answered', delivery: 'answered', answerText: text, answeredBy: by, answeredAt: now })
  await escalateNever(tx, question)
  await tx.event({ type: 'message.answered', session: asker, actor: by, data: { message: question.id, text } })
  const designer = (await tx.sessions()).find((s) => s.role === 'designer')
  const told = question.origin === 'permission' || question.to.kind === 'session' || asker === designer?.id
  if (designer && !told) await post(core, tx, now, { kind: 'note', from: by, to: { kind: 'session', id: designer.id }, text: answeredThere(question, text) })
  if (asker) await dialogOver(tx, asker, question, now)
  return ok({})
}

/** The designer answers any question but its own; an executor only what it was asked itself. */
const mayAnswer = async (tx: Tx, id: SessionId, question: MessageRow): Promise<Problem | null> => {
  if (question.from.kind === 'session' && question.from.id === id) return problem('forbidden', 'Who asked can\'t answer.', { about: question.id })
  const asked = question.to.kind === 'session' && question.to.id === id
  return asked || (await tx.session(id))?.role === 'designer' ? null : problem('forbidden', 'This question was not asked of you: it is answered by whom it was put to, the designer or the person.', { about: question.id })
}

const alreadyAnswered = (q: MessageRow, now: string): Problem => {
  const at = q.answeredAt ?? now
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(at)) / 1000))
  const when = `at ${at.slice(11, 19)} UTC (${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} ago)`
  const by = q.answeredBy
  const who = by?.kind === 'session' ? by.id : by?.kind === 'system' ? `Somebody in the terminal of ${q.from.kind === 'session' ? q.from.id : 'the session'}` : 'The person'
  return problem('already_answered', q.state === 'withdrawn' ? `The question is no longer open since ${when.slice(3)}: ${q.answerText ?? 'withdrawn'}` : `${who} answered ${when}: ${q.answerText ?? ''}`, { about: q.id })
}

/** The dialog of a question closes with its answer; its CLI says so a moment later, and until then it would be shown as one that waits. */
const dialogOver = async (tx: Tx, id: SessionId, question: MessageRow, now: string): Promise<void> => {
  const row = await tx.session(id)
  if (!row) return
  const last = (question.origin === 'native' || question.origin === 'permission') && !(await tx.openQuestions()).some((q) => q.id !== question.id && q.from.kind === 'session' && q.from.id === id)
  await tx.putSession({ ...row, lastEventAt: now, ...(last && row.cli === 'dialog' ? { cli: 'busy' as const, cliAt: now, dialog: null } : {}) })
}

const touch = async (tx: Tx, id: SessionId, now: string): Promise<void> => {
  const row = await tx.session(id)
  if (row) await tx.putSession({ ...row, lastEventAt: now })
}

const markComplete = async (tx: Tx, id: SessionId, now: string): Promise<void> => {
  const row = await tx.session(id)
  if (row) await tx.putSession({ ...row, completedAt: now, lastEventAt: now })
}
