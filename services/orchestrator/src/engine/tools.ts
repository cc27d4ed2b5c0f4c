/** Tool calls of agents: checked by the role in the row, then the same commands and queries as everybody's. */
import { fail, ok, problem, toolNames, tools } from '@orchestra/contracts'
import type { bus, MessageView, Result, SessionId, ToolName } from '@orchestra/contracts'
import { actorName } from '@orchestra/contracts'
import type { z } from 'zod'
import { becameOf, becameOfAll } from '../domain/receipts.ts'
import type { MessageRow, SessionRow } from '../domain/rows.ts'
import type { Core } from './core.ts'
import { diffOf } from './diffs.ts'
import { fetchLatest } from './import.ts'
import type { Dispatcher } from './reports/index.ts'
import { loadViews, messageViews } from './views.ts'

/** Milliseconds that a sender waits for its receipt: an idle session takes a message in at once. */
const receiptWait = 2500

type Text = Promise<Result<{ text: string }>>
type Call = { core: Core; dispatch: Dispatcher; session: SessionRow; id: string }
type Performers = { [T in ToolName]: (call: Call, args: z.output<(typeof tools)[T]['input']>) => Text }

/** A completion waits this long for its commits. */
const bringHomeMs = 3000

const saying = <T>(result: Result<T>, words: (value: T) => string): Result<{ text: string }> => (result.ok ? ok({ text: words(result.value) }) : result)
const by = (c: Call) => ({ actor: { kind: 'session', id: c.session.id } as const, id: c.id })

const performers: Performers = {
  ask: async (c, { question, options, recommended, to }) => saying(await c.dispatch('message.ask', { question, options, recommended, to, origin: 'tool' }, by(c)), ({ message }) => `Asked (message ${message}). The answer arrives as a message; go on with what does not depend on it.`),
  report_error: async (c, { text }) => saying(await c.dispatch('message.send', { to: 'person', text, kind: 'error' }, by(c)), () => 'Reported to the person and the designer. Their answer arrives as a message.'),
  complete: async (c, a) => {
    // Who reads "ready for review" looks at the branch: what was committed before is there by then, or is on its way still.
    if (c.session.role === 'executor' && c.session.linkUp) await fetchLatest(c.core, c.session.id, bringHomeMs)
    const text = [a.summary, `Tested: ${a.tested}`, a.assumed ? `Assumed: ${a.assumed}` : ''].filter(Boolean).join('\n')
    return saying(await c.dispatch('message.send', { to: 'person', text, kind: 'complete' }, by(c)), () => 'Reported as complete. Stop here; what comes of the review arrives as a message.')
  },
  send_message: async (c, { to, text }) => saying(await c.dispatch('message.send', { to, text, kind: 'note', wait: receiptWait }, by(c)), ({ message, state }) => `Sent (message ${message}): ${state}.`),
  list_sessions: async (c) => {
    const { sessions } = await loadViews(c.core.store.read, c.core, c.core.outside)
    const line = (s: (typeof sessions)[number]) => `${s.id}${s.id === c.session.id ? ' (you)' : ''}: ${s.role}, ${s.status}${s.branch ? `, branch ${s.branch} → ${s.target ?? ''}, ${s.aheadBy} ahead, ${s.behindBy} behind` : ''}. ${s.statusText}`
    return ok({ text: sessions.filter((s) => s.status !== 'deleted').map(line).join('\n') })
  },
  read_messages: async (c, { limit }) => {
    const mine = c.session.role === 'designer' ? undefined : c.session.id
    const { read } = c.core.store
    const [rows, views] = await Promise.all([read.messages({ session: mine, limit }), loadViews(read, c.core, c.core.outside)])
    const shown = await messageViews(read, views, rows)
    return ok({ text: shown.map((m, i) => messageLine(m, rows[i] as MessageRow, views.now)).join('\n\n') || 'No messages yet.' })
  },
  spawn_executor: async (c, args) => saying(await c.dispatch('session.spawn', args, by(c)), ({ text }) => text),
  escalate: async (c, args) => saying(await c.dispatch('message.escalate', args, by(c)), () => 'The person is asked now.'),
  answer: async (c, { message, text }) => saying(await c.dispatch('message.answer', { message, text }, by(c)), () => 'Answered.'),
  get_diff: async (c, { session, path }) => saying(await diffOf(c.core, session, 3), (d) => diffText(d, path)),
  merge: async (c, args) => saying(await c.dispatch('merge.request', args, by(c)), ({ text }) => text),
  delete_session: async (c, { session }) => deleteMerged(c, session),
}

/** Nobody confirms for an agent: it may delete what is merged, and only that. */
const deleteMerged = async (c: Call, session: SessionId): Text => {
  const shown = await c.dispatch('session.delete', { session, confirmed: false }, { actor: by(c).actor })
  if (!shown.ok) return shown
  const { unmergedCommits, uncommittedFiles } = shown.value
  if (unmergedCommits > 0 || uncommittedFiles.length > 0) return fail(problem('wrong_state', `${shown.value.text} Only the person can delete it.`, { about: session }))
  return saying(await c.dispatch('session.delete', { session, confirmed: true }, by(c)), ({ text }) => text)
}

const messageLine = (m: MessageView, row: MessageRow, now: string): string => {
  const to = m.to.kind === 'session' ? m.to.id : m.to.kind
  const answer = m.state === 'answered' ? `answered by ${m.answer ? actorName(m.answer.by) : ''}: ${m.answer?.text ?? ''}` : m.waitsFor ? `open, with ${m.waitsFor.kind === 'session' ? m.waitsFor.id : `the ${m.waitsFor.kind}`}` : m.state
  const became = m.to.kind === 'all' ? becameOfAll(m.receivers) : becameOf(row, m.deliveryReason ?? '', now)
  return `${m.sentAt} ${m.kind} ${m.id}\n  from ${actorName(m.from)} to ${to}: ${m.text}\n  ${m.kind === 'question' ? answer : became}`
}

const mostDiff = 60_000

const diffText = (d: { files: { path: string; status: string; state: string; added: number; removed: number; flags: string[]; patch: string | null }[]; truncated: boolean }, path?: string): string => {
  const files = path === undefined ? d.files : d.files.filter((f) => f.path === path || f.path.startsWith(`${path}/`))
  if (files.length === 0) return path === undefined ? 'No changes.' : `No changes in ${path}.`
  const list = files.map((f) => `${f.status} ${f.path} +${f.added} -${f.removed} (${f.state})${f.flags.length ? ` [${f.flags.join(', ')}]` : ''}`).join('\n')
  const patches = files.map((f) => f.patch ?? '').filter(Boolean).join('\n')
  const cut = patches.length > mostDiff ? `${patches.slice(0, mostDiff)}\n[cut here: ask again with a path]` : patches
  return `${list}${d.truncated ? '\n[more files than shown]' : ''}\n\n${cut}`
}

export const makeToolCall = (core: Core, dispatch: Dispatcher) => async (call: bus.ToolCall): Promise<Result<unknown>> => {
  const session = await core.store.read.session(call.session)
  if (!session || session.phase === 'deleted') return fail(problem('session_unknown', `There is no session "${call.session}".`, { about: call.session }))
  const name = toolNames.find((t) => t === call.tool)
  if (!name || !(tools[name].roles as readonly string[]).includes(session.role)) return fail(problem('forbidden', `A ${session.role} has no tool "${call.tool}".`))
  const args = tools[name].input.safeParse(call.args)
  if (!args.success) return fail(problem('bad_input', args.error.issues.map((i) => `${i.path.join('.') || 'input'}: ${i.message}`).join('; ').slice(0, 2000)))
  return performers[name]({ core, dispatch, session, id: call.id }, args.data as never)
}
