/** A merge, and the runs of commands that decide it or prepare a session. */
import { z } from 'zod'
import { Actor, MergeId, ProjectId, RunId, SessionId, Sha, Timestamp } from './ids.ts'
import { Problem } from './problems.ts'

export const MergeStatus = z.enum([
  'requested', 'approved', 'waiting', 'checking', 'landing', 'merged', 'conflict', 'checks_failed', 'refused', 'cancelled', 'undone',
])
export type MergeStatus = z.infer<typeof MergeStatus>

export const MergeView = z.object({
  id: MergeId,
  projectId: ProjectId,
  session: SessionId,
  target: z.string(),
  /** What was shown: approval is bound to both. */
  tip: Sha,
  targetSha: Sha,
  requestedBy: Actor,
  approvedBy: Actor.nullable(),
  status: MergeStatus,
  statusText: z.string(),
  /** Place in line, 1 is next; null when not waiting. */
  place: z.number().nullable(),
  conflicts: z.array(z.string()),
  problem: Problem.nullable(),
  runId: RunId.nullable(),
  mergedSha: Sha.nullable(),
  undoSha: Sha.nullable(),
  /** After the merge: the exact command that publishes it. */
  pushCommand: z.string().nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
export type MergeView = z.infer<typeof MergeView>

export const RunView = z.object({
  id: RunId,
  session: SessionId.nullable(),
  mergeId: MergeId.nullable(),
  kind: z.enum(['setup', 'check', 'merge-check', 'image']),
  command: z.string(),
  status: z.enum(['waiting', 'running', 'passed', 'failed', 'cancelled']),
  exitCode: z.number().nullable(),
  /** Tree that was checked, where known. A tree that passed is not run again. */
  tree: Sha.nullable(),
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
  /** Bytes of log so far; the log is read over HTTP. */
  logBytes: z.number(),
  /** Last line of the log, for a row. */
  lastLine: z.string(),
})
export type RunView = z.infer<typeof RunView>
