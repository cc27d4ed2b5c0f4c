/** Rows as they begin: everything unseen and empty but what is given. */
import type { Actor, MessageId, MessageKind, PermissionMode, ProjectId, QuestionOrigin, Role, RunId, SessionId } from '@orchestra/contracts'
import type { MessageRow, Phase, RunRow, SessionRow } from './rows.ts'

export const newSession = (s: {
  id: SessionId; projectId: ProjectId; role: Role; title: string; instructions: string; permissionMode: PermissionMode; paired: boolean; phase: Phase
  conversation: string; cliVersion?: string | null; createdBy: Actor; now: string
}): SessionRow => ({
  id: s.id, projectId: s.projectId, role: s.role, title: s.title, instructions: s.instructions, permissionMode: s.permissionMode, paired: s.paired, phase: s.phase,
  branch: null, baseSha: null, target: null, tip: null, toldTip: null, worktree: null, conversation: s.conversation, conversationStarted: false, cliVersion: s.cliVersion ?? null,
  queueReason: null, pausedBy: null, pausedText: null, startStep: null, problem: null, hookAt: null, terminalAt: null, failing: [], container: null, containerAt: null, linkUp: false, linkAt: null, cli: null, cliAt: null, cliBackground: false, dialog: null,
  setup: 'none', limitedUntil: null, limitedText: null, modelTrouble: null, interruptedAt: null, completedAt: null, lastEventAt: s.now, lastActivity: '', aheadBy: 0, behindBy: 0,
  diffStat: { files: 0, added: 0, removed: 0 }, diffVersion: 0, snapshotTree: null, carried: [], covers: [], badges: [], applied: false, budgetUsd: null, budgetTokens: null, hops: 0, renewWhenIdle: false,
  createdBy: s.createdBy, createdAt: s.now, deletedAt: null, trimmedAt: null,
})

export const newMessage = (m: {
  id: MessageId; projectId: ProjectId; kind: MessageKind; from: Actor; to: MessageRow['to']; text: string; now: string
  options?: string[]; recommended?: number | null; origin?: QuestionOrigin | null; inReplyTo?: MessageId | null; copyOf?: MessageId | null
}): MessageRow => ({
  id: m.id, seq: 0, projectId: m.projectId, kind: m.kind, from: m.from, to: m.to, text: m.text, options: m.options ?? [], recommended: m.recommended ?? null,
  origin: m.origin ?? null, inReplyTo: m.inReplyTo ?? null, state: m.kind === 'question' ? 'open' : 'none', answerText: null, answerOption: null,
  answeredBy: null, answeredAt: null, copyOf: m.copyOf ?? null, merge: null, designerUntil: null, escalatedAt: null, note: null, delivery: m.to.kind === 'person' ? 'delivered' : 'queued', deliveryReason: null,
  dismissedAt: null, sentAt: m.now, deliveredAt: m.to.kind === 'person' ? m.now : null, seenAt: null,
})

export const newRun = (r: { id: RunId; projectId: ProjectId; session: SessionId | null; kind: RunRow['kind']; command: string; startedBy: Actor; now: string }): RunRow => ({
  id: r.id, projectId: r.projectId, session: r.session, mergeId: null, kind: r.kind, command: r.command, status: 'waiting', exitCode: null, tree: null,
  startedAt: null, endedAt: null, logBytes: 0, lastLine: '', startedBy: r.startedBy, createdAt: r.now,
})
