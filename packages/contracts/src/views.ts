/** The rows that the page renders and that the API returns. The server derives every status; a client never infers one. */
import { z } from 'zod'
import { Budget, ModelRule, ProviderTool } from './allowance.ts'
import { EgressMode, EgressRule, Registry } from './egress.ts'
import { Actor, MergeId, MessageId, ProjectId, Role, RunId, SessionId, Sha, Timestamp } from './ids.ts'
import { Problem } from './problems.ts'

export const SessionStatus = z.enum([
  'queued', 'starting', 'setup', 'working', 'idle', 'waiting', 'dialog', 'stuck', 'paused', 'limited', 'interrupted', 'complete', 'failed', 'lost', 'archived', 'deleted',
])
export type SessionStatus = z.infer<typeof SessionStatus>

/** Who holds the answer that a waiting session, or an open question, waits for. */
export const WaitsFor = z.discriminatedUnion('kind', [z.object({ kind: z.literal('person') }), z.object({ kind: z.literal('designer') }), z.object({ kind: z.literal('session'), id: SessionId })])
export type WaitsFor = z.infer<typeof WaitsFor>

/** What a status is derived from, each with the time since when it is so; null: never seen. */
export const SessionFacts = z.object({
  container: z.object({ state: z.string(), at: Timestamp.nullable() }).nullable(),
  /** Its line to the relay. */
  link: z.object({ up: z.boolean(), at: Timestamp.nullable() }),
  cli: z.object({ state: z.string(), at: Timestamp.nullable() }).nullable(),
  lastHookAt: Timestamp.nullable(),
  lastTerminalAt: Timestamp.nullable(),
  dialogAt: Timestamp.nullable(),
  questionAt: Timestamp.nullable(),
  /** A command that failed again and again. */
  failing: z.object({ command: z.string(), times: z.number(), at: Timestamp }).nullable(),
})
export type SessionFacts = z.infer<typeof SessionFacts>

/** Steps of a start, in order; shown while starting and named when one fails. */
export const StartStep = z.enum(['branch', 'worktree', 'relay', 'container', 'setup', 'cli'])
export type StartStep = z.infer<typeof StartStep>

export const PermissionMode = z.enum(['bypass', 'ask'])
export type PermissionMode = z.infer<typeof PermissionMode>

/** Why a session is paused: a person said so, its budget is used up, the disk is nearly full, its worktree's .git was replaced. */
export const PausedBy = z.enum(['person', 'budget', 'disk', 'gitfile'])
export type PausedBy = z.infer<typeof PausedBy>

export const Tokens = z.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() })
export type Tokens = z.infer<typeof Tokens>

export const Usage = z.object({
  tokens: Tokens,
  /** US dollars; null when a model has no price or a subscription pays. */
  costUsd: z.number().nullable(),
  /** A subscription's window, where the endpoint told it. */
  window: z.object({ used: z.number(), resetsAt: Timestamp.nullable() }).nullable(),
})
export type Usage = z.infer<typeof Usage>

export const DiffStat = z.object({ files: z.number(), added: z.number(), removed: z.number() })
export type DiffStat = z.infer<typeof DiffStat>

export const SessionView = z.object({
  id: SessionId,
  projectId: ProjectId,
  role: Role,
  title: z.string(),
  branch: z.string().nullable(),
  baseSha: Sha.nullable(),
  target: z.string().nullable(),
  /** Newest imported commit of the branch. */
  tip: Sha.nullable(),
  status: SessionStatus,
  /** One plain sentence about the status: what it waits for, why it is queued, which step failed. */
  statusText: z.string(),
  /** For `waiting`: whom it waits for. */
  waitsFor: WaitsFor.nullable().default(null),
  /** For `paused`: by what. */
  pausedBy: PausedBy.nullable().default(null),
  facts: SessionFacts.nullable().default(null),
  startStep: StartStep.nullable(),
  problem: Problem.nullable(),
  /** Where the host sees its files; null for the designer. */
  worktree: z.string().nullable(),
  paired: z.boolean(),
  permissionMode: PermissionMode,
  instructions: z.string(),
  createdBy: Actor,
  createdAt: Timestamp,
  /** Clock of the last event. */
  lastEventAt: Timestamp,
  /** Last sentence of the monitor: "Ran npm test: 34 passed". */
  lastActivity: z.string(),
  aheadBy: z.number(),
  behindBy: z.number(),
  diffStat: DiffStat,
  /** Grows with each new snapshot or import; a client that shows the diff loads it again. */
  diffVersion: z.number(),
  badges: z.array(z.string()),
  usage: Usage,
  /** Its own, or what the project gives each session. */
  budget: Budget,
  appliedToCheckout: z.boolean(),
})
export type SessionView = z.infer<typeof SessionView>

export const MessageKind = z.enum(['note', 'question', 'error', 'complete', 'answer'])
export type MessageKind = z.infer<typeof MessageKind>
/**
 * How far a message got. queued: committed here. delivered: it stands in its receiver's conversation, as the CLI wrote it down. seen: the
 * model has spoken or acted since. answered: the turn that read it has ended, or, for a question, somebody answered. failed: it never
 * arrives, with the reason. Shown to a person counts as delivered.
 */
export const Delivery = z.enum(['queued', 'delivered', 'seen', 'answered', 'failed'])
export type Delivery = z.infer<typeof Delivery>

/** One receiver of a message to all. */
export const Receiver = z.object({ session: SessionId, delivery: Delivery, reason: z.string().nullable(), at: Timestamp })
export type Receiver = z.infer<typeof Receiver>

/** Where a question came from: our tool, the CLI's own question tool, its permission prompt, or the system (an approval). */
export const QuestionOrigin = z.enum(['tool', 'native', 'permission', 'system'])
export type QuestionOrigin = z.infer<typeof QuestionOrigin>

export const MessageView = z.object({
  id: MessageId,
  seq: z.number(),
  projectId: ProjectId,
  kind: MessageKind,
  from: Actor,
  /** A session, the person, or everybody. */
  to: z.discriminatedUnion('kind', [z.object({ kind: z.literal('person') }), z.object({ kind: z.literal('session'), id: SessionId }), z.object({ kind: z.literal('all') })]),
  text: z.string(),
  options: z.array(z.string()).default([]),
  recommended: z.number().nullable().default(null),
  origin: QuestionOrigin.nullable().default(null),
  /** For an answer: the question. */
  inReplyTo: MessageId.nullable(),
  /** For a question: open until answered or withdrawn. */
  state: z.enum(['none', 'open', 'answered', 'withdrawn']),
  answer: z.object({ text: z.string(), by: Actor, at: Timestamp }).nullable(),
  /** For an open question: who is asked now. */
  waitsFor: WaitsFor.nullable().default(null),
  /** What the designer says about a question that it passed on to the person. */
  note: z.string().nullable().default(null),
  delivery: Delivery,
  /** Why it failed, or why it still waits. */
  deliveryReason: z.string().nullable().default(null),
  sentAt: Timestamp,
  deliveredAt: Timestamp.nullable(),
  seenAt: Timestamp.nullable(),
  answeredAt: Timestamp.nullable().default(null),
  /** For a message to all: each receiver with its receipt. */
  receivers: z.array(Receiver).default([]),
})
export type MessageView = z.infer<typeof MessageView>

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

/** What needs the person: derived by the server, longest wait first within its rank. */
export const AttentionView = z.object({
  id: z.string(),
  rank: z.number(),
  kind: z.enum(['error', 'failed-start', 'question', 'permission', 'approval', 'complete', 'credential', 'proposal', 'egress', 'stuck']),
  session: SessionId.nullable(),
  messageId: MessageId.nullable(),
  mergeId: MergeId.nullable(),
  title: z.string(),
  text: z.string(),
  options: z.array(z.string()),
  recommended: z.number().nullable(),
  /** `designer`: the designer was asked first and may still answer; the person may, too. */
  with: z.enum(['person', 'designer']).default('person'),
  /** What the designer says about it. */
  note: z.string().nullable().default(null),
  since: Timestamp,
})
export type AttentionView = z.infer<typeof AttentionView>

/** One line of a session's timeline, a plain sentence made from events. */
export const TimelineEntry = z.object({
  seq: z.number(),
  at: Timestamp,
  kind: z.enum(['tool', 'text', 'prompt', 'turn', 'commit', 'message', 'state', 'run', 'usage', 'error']),
  text: z.string(),
  /** What stands behind it, for a person who unfolds it. */
  detail: z.string().optional(),
  ok: z.boolean().nullable(),
})
export type TimelineEntry = z.infer<typeof TimelineEntry>

/** One thing that a search found: a message, or a line of a session's timeline. */
export const SearchHit = z.object({
  kind: TimelineEntry.shape.kind,
  seq: z.number(),
  at: Timestamp,
  session: SessionId.nullable(),
  text: z.string(),
  detail: z.string().optional(),
  /** For kind `message`. */
  message: MessageView.nullable(),
})
export type SearchHit = z.infer<typeof SearchHit>

/** A readable turn of the conversation. */
export const ConversationTurn = z.object({
  seq: z.number(),
  at: Timestamp,
  by: z.enum(['person', 'agent', 'session', 'tool']),
  name: z.string(),
  text: z.string(),
})
export type ConversationTurn = z.infer<typeof ConversationTurn>

export const FileChange = z.object({
  path: z.string(),
  oldPath: z.string().nullable(),
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'type-changed']),
  added: z.number(),
  removed: z.number(),
  binary: z.boolean(),
  /** committed: on the branch; uncommitted: in the work tree only; both. */
  state: z.enum(['committed', 'uncommitted', 'both']),
  /** symlink, gitattributes, gitmodules, ci, hook: what a reviewer should see. */
  flags: z.array(z.string()),
  /** Unified patch with `diff --git` header; null when binary or over the bound. */
  patch: z.string().nullable(),
  /** Object name of the new content: a viewed mark is keyed on it. */
  blob: z.string().nullable(),
})
export type FileChange = z.infer<typeof FileChange>

export const DiffView = z.object({
  session: SessionId,
  version: z.number(),
  mergeBase: Sha,
  tip: Sha.nullable(),
  /** Tree of the newest snapshot, equal to the tip's tree when all is committed. */
  tree: Sha,
  stat: DiffStat,
  files: z.array(FileChange),
  truncated: z.boolean(),
})
export type DiffView = z.infer<typeof DiffView>

export const ProjectSettings = z.object({
  setupCommand: z.string().max(4000).nullable(),
  checkCommand: z.string().max(4000).nullable(),
  /** Minutes after which a setup or check command that has not ended counts as failed. */
  checkMinutes: z.number().min(0.05).max(1440),
  /** Proposed from what the repository has, until a person confirms one. */
  checkProposal: z.string().nullable(),
  carry: z.array(z.string().max(400)).max(200),
  keepSpecsInGit: z.boolean(),
  maxSessions: z.number().int().min(1).max(64),
  memoryMb: z.number().int().min(256).max(262_144),
  cpus: z.number().min(0.25).max(64),
  pids: z.number().int().min(64).max(32_768),
  permissionMode: PermissionMode,
  /** What becomes of sessions whose container ended with the stack or the engine: they go on, or wait for a yes. */
  afterRestart: z.enum(['resume', 'ask']),
  /** Retention: events by age and size; deleted sessions by age, never one with anything unmerged. */
  keepEventsDays: z.number().int().min(1).max(36_500),
  keepEventsMb: z.number().int().min(10).max(1_000_000),
  keepSessionsDays: z.number().int().min(1).max(36_500),
  egress: EgressMode,
  egressAllow: z.array(EgressRule).max(200),
  /** Kept refused: nobody is asked again. */
  egressRefuse: z.array(EgressRule).max(200),
  /** Seconds that a question of an executor is with the designer before the person is asked. */
  escalateSeconds: z.number().int().min(0).max(3600),
  /** Minutes without any event after which a working session counts as stuck. */
  stuckMinutes: z.number().int().min(1).max(1440),
  /** What each session may ask of the model; see allowance.ts. */
  models: z.array(ModelRule).max(50),
  providerTools: z.array(ProviderTool),
  requestsPerMinute: z.number().int().min(1).max(10_000).nullable(),
  budgetUsd: Budget.shape.usd,
  budgetTokens: Budget.shape.tokens,
})
export type ProjectSettings = z.infer<typeof ProjectSettings>

/** What a session holds on the disk, in bytes. Null: not known now. */
export const DiskView = z.object({
  session: SessionId,
  title: z.string(),
  status: SessionStatus,
  /** Its folder on the host. */
  worktree: z.number().nullable(),
  /** Conversation, private git folder, home. */
  volumes: z.number().nullable(),
  /** Its uncommitted work of before, for diffs and restoring. */
  snapshots: z.number().nullable(),
  /** All of it is merged and nothing is uncommitted: deleting it gives the space back and loses nothing. */
  mergedWhole: z.boolean(),
})
export type DiskView = z.infer<typeof DiskView>
export const DiskUse = z.object({
  sessions: z.array(DiskView),
  /** Volumes of this installation whose session no row knows (a database that was restored from an older copy): never removed by themselves. */
  orphans: z.array(z.object({ session: SessionId, bytes: z.number() })),
})
export type DiskUse = z.infer<typeof DiskUse>

/** A limit of the credential: nothing is sent with it before `until`. */
export const CredentialLimit = z.object({
  text: z.string(),
  since: Timestamp,
  until: Timestamp,
})
export type CredentialLimit = z.infer<typeof CredentialLimit>

export const CredentialView = z.object({
  kind: z.enum(['none', 'api-key', 'subscription', 'scripted']),
  baseUrl: z.string(),
  /** Last four characters, never more. */
  hint: z.string(),
  /** What the last try with one real request said. */
  lastCheck: z.object({ ok: z.boolean(), text: z.string(), at: Timestamp }).nullable(),
  limit: CredentialLimit.nullable().default(null),
})
export type CredentialView = z.infer<typeof CredentialView>

export const ProjectView = z.object({
  id: ProjectId,
  name: z.string(),
  path: z.string(),
  /** Branch that the checkout is on; null when HEAD is detached. */
  branch: z.string().nullable(),
  head: Sha.nullable(),
  branches: z.array(z.string()),
  dirtyFiles: z.array(z.string()),
  settings: ProjectSettings,
  credential: CredentialView,
  /** What the credential's limit holds up, while there is one. */
  held: z.object({ sessions: z.array(SessionId), messages: z.number() }).nullable().default(null),
  /** Package registries that the tools in the sessions' image name; reached unless egress is closed. */
  registries: z.array(Registry),
  warnings: z.array(z.string()),
})
export type ProjectView = z.infer<typeof ProjectView>
