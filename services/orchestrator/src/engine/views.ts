/** Rows to views. */
import type { AttentionView, MergeId, MergeView, MessageId, MessageView, ProjectSettings, ProjectView, RunView, SessionId, SessionView, Usage } from '@orchestra/contracts'
import { budgetOf } from '../domain/allowance.ts'
import { attentionOf } from '../domain/attention.ts'
import { imageProposal } from '../domain/image.ts'
import { sessionFacts, sessionStatus, waitsForOf } from '../domain/status.ts'
import type { StatusFacts } from '../domain/status.ts'
import { whyQueued } from '../domain/receipts.ts'
import type { MergeRow, MessageRow, RunRow, SessionRow, UsageTotal } from '../domain/rows.ts'
import type { Reader } from '../ports/store.ts'
import type { Place } from './core.ts'
import { readInputs } from './inputs.ts'
import type { Inputs } from './inputs.ts'
import type { Outside } from './outside.ts'

type Delivering = { now: string; /** why it still waits */ why: (m: MessageRow) => string; /** its deliveries to single sessions, for a message to all */ copies: MessageRow[] }

const messageViewOf = (m: MessageRow, { now, why, copies }: Delivering): MessageView => ({
  id: m.id, seq: m.seq, projectId: m.projectId, kind: m.kind, from: m.from, to: m.to, text: m.text, options: m.options, recommended: m.recommended, origin: m.origin,
  inReplyTo: m.inReplyTo, state: m.state, waitsFor: m.kind === 'question' && m.state === 'open' ? waitsForOf(m, now) : null, note: m.note,
  delivery: m.delivery, deliveryReason: reasonOf(m, why), sentAt: m.sentAt, deliveredAt: m.deliveredAt, seenAt: m.seenAt, answeredAt: m.answeredAt,
  receivers: m.to.kind !== 'all' ? [] : copies.flatMap((c) => (c.to.kind === 'session' ? [{ session: c.to.id, delivery: c.delivery, reason: reasonOf(c, why), at: latest(c) }] : [])),
  answer: m.answeredBy && m.answeredAt ? { text: m.answerText ?? '', by: m.answeredBy, at: m.answeredAt } : null,
})

const reasonOf = (m: MessageRow, why: (m: MessageRow) => string): string | null => (m.delivery === 'queued' && m.to.kind === 'session' ? why(m) : m.deliveryReason)
const latest = (m: MessageRow): string => m.answeredAt ?? m.seenAt ?? m.deliveredAt ?? m.sentAt

export const runViewOf = (r: RunRow): RunView => ({
  id: r.id, session: r.session, mergeId: r.mergeId, kind: r.kind, command: r.command, status: r.status, exitCode: r.exitCode, tree: r.tree, startedAt: r.startedAt,
  endedAt: r.endedAt, logBytes: r.logBytes, lastLine: r.lastLine,
})

/** `line`: approved merges that wait, first in line first. */
export const mergeViewOf = (m: MergeRow, line: readonly MergeId[]): MergeView => {
  const place = line.indexOf(m.id)
  return {
    id: m.id, projectId: m.projectId, session: m.session, target: m.target, tip: m.tip, targetSha: m.targetSha, requestedBy: m.requestedBy, approvedBy: m.approvedBy,
    status: m.status, statusText: m.statusText, place: place < 0 ? null : place + 1, conflicts: m.conflicts, problem: m.problem, runId: m.runId, mergedSha: m.mergedSha,
    undoSha: m.undoSha, pushCommand: m.pushCommand, createdAt: m.createdAt, updatedAt: m.updatedAt,
  }
}

const usageOf = (totals: UsageTotal[]): Usage => {
  const sum = (pick: (t: UsageTotal) => number) => totals.reduce((n, t) => n + pick(t), 0)
  return {
    tokens: { input: sum((t) => t.tokens.input), output: sum((t) => t.tokens.output), cacheRead: sum((t) => t.tokens.cacheRead), cacheWrite: sum((t) => t.tokens.cacheWrite) },
    costUsd: totals.some((t) => t.costUsd === null || t.unpriced) ? null : sum((t) => t.costUsd ?? 0),
    window: totals.findLast((t) => t.window)?.window ?? null,
  }
}

const sessionViewOf = (s: SessionRow, facts: StatusFacts, usage: UsageTotal[], settings: ProjectSettings): SessionView => ({
  id: s.id, projectId: s.projectId, role: s.role, title: s.title, branch: s.branch, baseSha: s.baseSha, target: s.target, tip: s.tip, ...sessionStatus(s, facts),
  facts: sessionFacts(s, facts.asked), startStep: s.startStep, problem: s.problem, worktree: s.worktree, paired: s.paired, permissionMode: s.permissionMode, instructions: s.instructions,
  createdBy: s.createdBy, createdAt: s.createdAt, lastEventAt: s.lastEventAt, lastActivity: s.lastActivity, aheadBy: s.aheadBy, behindBy: s.behindBy,
  diffStat: s.diffStat, diffVersion: s.diffVersion, badges: s.badges.filter((b) => !b.startsWith('cli ')), usage: usageOf(usage), budget: budgetOf(s, settings), appliedToCheckout: s.applied,
})

/** Messages with what became of them. */
export const messageViews = (read: Pick<Reader, 'copiesOf'>, views: Pick<Views, 'now' | 'why'>, rows: MessageRow[]): Promise<MessageView[]> => Promise.all(rows.map(async (m) =>
  messageViewOf(m, { now: views.now, why: views.why, copies: m.to.kind === 'all' ? await read.copiesOf(m.id) : [] })))

export type Views = {
  now: string
  /** Why a message that is queued still waits. */
  why(m: MessageRow): string

  project: ProjectView
  sessions: SessionView[]
  session(id: SessionId): SessionView | null
  attention: AttentionView[]
  line: MergeId[]
  /** Sessions whose status a change of these messages may change. */
  askers(messages: ReadonlySet<MessageId>): SessionId[]
}

/** Everything small at once, read anew. */
export const loadViews = async (read: Reader, place: Place, outside: Outside): Promise<Views> => viewsOf(await readInputs(read), read, place, outside)

/** The same from what was read before. */
export const viewsOf = async ({ sessions: rows, open, usage, settings: settingsRow, merges, messages, hosts, runs, now }: Inputs, read: Reader, place: Place, outside: Outside): Promise<Views> => {
  const askedBy = (m: MessageRow): SessionId | null => (m.from.kind === 'session' ? m.from.id : null)
  const limit = outside.credential().limit
  const held = limit && Date.parse(limit.until) > Date.parse(now)
    ? { sessions: rows.filter((s) => s.limitedUntil !== null && Date.parse(s.limitedUntil) > Date.parse(now)).map((s) => s.id), messages: await read.queuedCount() }
    : null
  const project = { ...outside.projectView(settingsRow), held }
  const view = (s: SessionRow) =>
    sessionViewOf(s, { asked: open.filter((m) => askedBy(m) === s.id), now, lookedAt: outside.lookedAt(), stuckMinutes: project.settings.stuckMinutes }, usage.filter((u) => u.session === s.id), project.settings)
  const visible = rows.filter((s) => s.role !== 'check' && s.trimmedAt === null)
  const reported = messages.filter((m) => (m.kind === 'error' || m.kind === 'complete') && m.dismissedAt === null)
  return {
    project,
    now,
    why: (m) => {
      const to = m.to.kind === 'session' ? m.to.id : null
      const receiver = rows.find((s) => s.id === to)
      return receiver ? whyQueued(receiver, outside.credential().limit, open.some((q) => askedBy(q) === to), now) : ''
    },
    sessions: visible.map(view),
    session: (id) => { const row = visible.find((s) => s.id === id); return row ? view(row) : null },
    attention: attentionOf({ sessions: visible, messages: [...open, ...reported], merges, settings: project.settings, hosts, credential: outside.credential(), image: imageProposal(outside.image(), runs), now, lookedAt: outside.lookedAt() }),
    line: merges.filter((m) => m.status === 'approved' || m.status === 'waiting').sort((a, b) => (a.approvedAt ?? '').localeCompare(b.approvedAt ?? '')).map((m) => m.id),
    askers: (ids) => messages.filter((m) => ids.has(m.id)).map(askedBy).filter((id) => id !== null),
  }
}
