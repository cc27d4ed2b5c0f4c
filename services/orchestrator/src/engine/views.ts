/** Rows to views. */
import type { AttentionView, MergeId, MergeView, MessageId, MessageView, ProjectView, RunView, SessionId, SessionView, Usage } from '@orchestra/contracts'
import { attentionOf } from '../domain/attention.ts'
import { imageProposal } from '../domain/image.ts'
import { sessionStatus } from '../domain/status.ts'
import type { MergeRow, MessageRow, RunRow, SessionRow, UsageTotal } from '../domain/rows.ts'
import type { Reader } from '../ports/store.ts'
import type { Place } from './core.ts'
import type { Outside } from './outside.ts'

export const messageViewOf = (m: MessageRow): MessageView => ({
  id: m.id, seq: m.seq, projectId: m.projectId, kind: m.kind, from: m.from, to: m.to, text: m.text, options: m.options, recommended: m.recommended, origin: m.origin,
  inReplyTo: m.inReplyTo, state: m.state, delivery: m.delivery, sentAt: m.sentAt, deliveredAt: m.deliveredAt, seenAt: m.seenAt,
  answer: m.answeredBy && m.answeredAt ? { text: m.answerText ?? '', by: m.answeredBy, at: m.answeredAt } : null,
})

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

const sessionViewOf = (s: SessionRow, open: MessageRow[], usage: UsageTotal[], now: string): SessionView => ({
  id: s.id, projectId: s.projectId, role: s.role, title: s.title, branch: s.branch, baseSha: s.baseSha, target: s.target, tip: s.tip, ...sessionStatus(s, open, now),
  pausedBy: s.phase === 'paused' ? s.pausedBy : null, startStep: s.startStep, problem: s.problem, worktree: s.worktree, paired: s.paired, permissionMode: s.permissionMode, instructions: s.instructions,
  createdBy: s.createdBy, createdAt: s.createdAt, lastEventAt: s.lastEventAt, lastActivity: s.lastActivity, aheadBy: s.aheadBy, behindBy: s.behindBy,
  diffStat: s.diffStat, diffVersion: s.diffVersion, badges: s.badges.filter((b) => !b.startsWith('cli ')), usage: usageOf(usage), appliedToCheckout: s.applied,
})

export type Views = {
  project: ProjectView
  sessions: SessionView[]
  session(id: SessionId): SessionView | null
  attention: AttentionView[]
  line: MergeId[]
  /** Sessions whose status a change of these messages may change. */
  askers(messages: ReadonlySet<MessageId>): SessionId[]
}

const recent = 200

/** Everything small at once: sessions, open questions, usage, what waits for the person. */
export const loadViews = async (read: Reader, place: Place, outside: Outside): Promise<Views> => {
  const [rows, open, usage, settingsRow, merges, messages, hosts, now, runs] = await Promise.all([
    read.sessions(), read.openQuestions(), read.usage(), read.settings(), read.merges(100), read.messages({ limit: recent }), read.egressRequests(), read.now(), read.runs(recent),
  ])
  const askedBy = (m: MessageRow): SessionId | null => (m.from.kind === 'session' ? m.from.id : null)
  const view = (s: SessionRow) => sessionViewOf(s, open.filter((m) => askedBy(m) === s.id), usage.filter((u) => u.session === s.id), now)
  const visible = rows.filter((s) => s.role !== 'check')
  const reported = messages.filter((m) => (m.kind === 'error' || m.kind === 'complete') && m.dismissedAt === null)
  const project = outside.projectView(settingsRow)
  return {
    project,
    sessions: visible.map(view),
    session: (id) => { const row = visible.find((s) => s.id === id); return row ? view(row) : null },
    attention: attentionOf({ sessions: visible, messages: [...open, ...reported], merges, settings: project.settings, hosts, credential: outside.credential(), image: imageProposal(outside.image(), runs), now }),
    line: merges.filter((m) => m.status === 'approved' || m.status === 'waiting').sort((a, b) => (a.approvedAt ?? '').localeCompare(b.approvedAt ?? '')).map((m) => m.id),
    askers: (ids) => messages.filter((m) => ids.has(m.id)).map(askedBy).filter((id) => id !== null),
  }
}
