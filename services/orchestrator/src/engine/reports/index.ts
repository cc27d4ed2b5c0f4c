/** What the relay reports. Each is answered when committed; a repeat changes nothing. */
import { costOf, ok } from '@orchestra/contracts'
import type { bus, CommandName, CommandBody, CommandReply, Actor, Result } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import { background, system } from '../core.ts'
import { onAllowance, onOverBudget } from '../allowance.ts'
import { onRefused } from '../egress.ts'
import { onLimited } from '../limits.ts'
import { onFrame } from './frames.ts'
import { onLink } from './link.ts'
import { patchSession } from './patch.ts'

export type Dispatcher = <N extends CommandName>(name: N, input: CommandBody<N>, by: { actor: Actor; id?: string }) => Promise<Result<CommandReply<N>>>
/** A run's status as its container tells it; engine/runs says what follows from it. */
export type OnRunStatus = (session: bus.SessionReport['session'], frame: Extract<Extract<bus.SessionReport, { type: 'frame' }>['frame'], { type: 'run-status' }>) => Promise<void>

export const makeReport = (core: Core, dispatch: Dispatcher, onRunStatus: OnRunStatus) => async (report: bus.SessionReport): Promise<Result<unknown>> => {
  const { session } = report
  switch (report.type) {
    case 'link': return onLink(core, report)
    case 'frame': return report.frame.type === 'run-status' ? onRunStatus(session, report.frame).then(() => ok({})) : onFrame(core, session, report.frame)
    case 'ask': return dispatch('message.ask', { question: report.question, options: report.options, recommended: report.recommended, origin: report.origin, to: report.to }, { actor: { kind: 'session', id: session }, id: report.id })
    case 'ask-closed': return dispatch('message.withdraw', { message: report.message, reason: report.reason, terminal: report.terminal }, { actor: { kind: 'session', id: session } })
    case 'allowance': return onAllowance(core, session)
    case 'over-budget': return onOverBudget(core, session)
    case 'usage': return onUsage(core, report)
    case 'limited': return onLimited(core, report)
    case 'model-trouble': return onTrouble(core, report)
    case 'egress-refused': return onRefused(core, report)
  }
}

/** The relay may know better by now: somebody logged in, or the endpoint changed its mind. */
const askForCredential = (core: Core): void =>
  background(core, 'asking for the credential', core.outside.refreshServices().then((changed) => { if (changed) core.feed.projectChanged() }))

const onUsage = async (core: Core, u: Extract<bus.SessionReport, { type: 'usage' }>): Promise<Result<unknown>> => {
  await core.commit(async (tx) => {
    const paidByWindow = core.outside.credential().kind === 'subscription'
    await tx.addUsage({ request: u.request, projectId: core.project, session: u.session, model: u.model, tokens: u.tokens, status: u.status, costUsd: paidByWindow ? null : costOf(u.model, u.tokens, core.outside.prices()), window: u.window, at: u.at })
    const row = await tx.session(u.session)
    if (row && u.status < 400 && (row.limitedUntil || (row.modelTrouble && !row.modelTrouble.ended))) await tx.putSession({ ...row, limitedUntil: null, limitedText: null, modelTrouble: null })
  })
  const known = core.outside.credential()
  if (u.status < 400 && (known.kind === 'none' || known.lastCheck?.ok === false)) askForCredential(core)
  return ok({})
}

/** Told for every failed request: recorded as an event when it is another one than before. */
const onTrouble = async (core: Core, t: Extract<bus.SessionReport, { type: 'model-trouble' }>): Promise<Result<unknown>> => {
  const before = (await core.store.read.session(t.session))?.modelTrouble
  const { text } = t
  const event = text !== null && before?.text !== text ? { type: 'model.trouble', session: t.session, actor: system('relay'), data: { text } } as const : undefined
  await patchSession(core, t.session, (row) => {
    if (row.modelTrouble?.ended) return null
    return { modelTrouble: text === null ? null : { text, at: row.modelTrouble?.at ?? t.at, ended: false, away: t.away } }
  }, event)
  // The relay holds a credential for refused when the endpoint says so.
  askForCredential(core)
  return ok({})
}
