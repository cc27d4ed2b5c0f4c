/** The tables of `migrations/`, field by field. */
import type { EgressRequestRow, MergeRow, MessageRow, ProjectRow, RunRow, SessionRow, SettingsRow } from '../../domain/rows.ts'
import { actor, json, plain, recipient, table } from './table.ts'

export const projects = table<ProjectRow>('projects', ['id'], { id: plain, name: plain, path: plain, createdAt: plain }, { generated: ['created_at'] })

export const settings = table<SettingsRow>('settings', ['project_id'], {
  projectId: plain, setupCommand: plain, checkCommand: plain, checkMinutes: plain, carry: json, keepSpecsInGit: plain, maxSessions: plain, memoryMb: plain, cpus: plain, pids: plain,
  permissionMode: plain, egress: plain, egressAllow: json, egressRefuse: json, afterRestart: plain, keepEventsDays: plain, keepEventsMb: plain, keepSessionsDays: plain, escalateSeconds: plain, stuckMinutes: plain, models: json, providerTools: json, requestsPerMinute: plain, budgetUsd: plain, budgetTokens: plain,
})

export const egressRequests = table<EgressRequestRow>('egress_requests', ['project_id', 'session_id', 'host'], {
  projectId: plain, session: plain, host: plain, askedAt: plain, allowed: plain, decidedBy: actor, decidedAt: plain,
}, { names: { session: 'session_id' } })

export const sessions = table<SessionRow>('sessions', ['project_id', 'id'], {
  id: plain, projectId: plain, role: plain, title: plain, instructions: plain, branch: plain, baseSha: plain, target: plain, tip: plain, toldTip: plain,
  worktree: plain, permissionMode: plain, paired: plain, conversation: plain, conversationStarted: plain, cliVersion: plain, phase: plain, queueReason: plain, pausedBy: plain, pausedText: plain, startStep: plain,
  problem: json, hookAt: plain, terminalAt: plain, failing: json, container: plain, containerAt: plain, linkUp: plain, linkAt: plain, cli: plain, cliAt: plain, cliBackground: plain, dialog: plain, setup: plain, limitedUntil: plain,
  limitedText: plain, modelTrouble: json, interruptedAt: plain, completedAt: plain, lastEventAt: plain, lastActivity: plain, aheadBy: plain, behindBy: plain, diffStat: json,
  diffVersion: plain, snapshotTree: plain, carried: json, covers: json, badges: json, applied: plain, budgetUsd: plain, budgetTokens: plain, hops: plain, renewWhenIdle: plain, createdBy: actor, createdAt: plain, deletedAt: plain, trimmedAt: plain,
})

export const messages = table<MessageRow>('messages', ['id'], {
  id: plain, seq: plain, projectId: plain, kind: plain, from: actor, to: recipient, text: plain, options: json, recommended: plain, origin: plain,
  inReplyTo: plain, state: plain, answerText: plain, answerOption: plain, answeredBy: actor, answeredAt: plain, copyOf: plain, merge: plain, designerUntil: plain,
  escalatedAt: plain, note: plain, delivery: plain,
  deliveryReason: plain, dismissedAt: plain, sentAt: plain, deliveredAt: plain, seenAt: plain,
}, { names: { from: 'sender', to: 'recipient', merge: 'merge_id' }, generated: ['seq'] })

export const merges = table<MergeRow>('merges', ['id'], {
  id: plain, projectId: plain, session: plain, target: plain, tip: plain, targetSha: plain, tree: plain, note: plain, requestedBy: actor, approvedBy: actor,
  status: plain, statusText: plain, conflicts: json, problem: json, runId: plain, mergedSha: plain, undoSha: plain, pushCommand: plain, dismissedAt: plain,
  approvedAt: plain, createdAt: plain, updatedAt: plain,
}, { names: { session: 'session_id' } })

export const runs = table<RunRow>('runs', ['id'], {
  id: plain, projectId: plain, session: plain, mergeId: plain, kind: plain, command: plain, status: plain, exitCode: plain, tree: plain, startedAt: plain,
  endedAt: plain, logBytes: plain, lastLine: plain, startedBy: actor, createdAt: plain,
}, { names: { session: 'session_id' } })
