/**
 * What the tables hold, as the domain sees it: one type a table, whole rows in and out. Times are ISO strings of Postgres' clock.
 * Statuses are never stored: `status.ts` derives them from these facts.
 */
import type {
  Actor, AgentEvent, DiffStat, EgressRule, MergeId, MergeStatus, MessageId, MessageKind, PausedBy, PermissionMode, Problem, ProjectId, ProjectSettings, QuestionOrigin, Role, RunId,
  RunView, SessionId, Sha, StartStep, Tokens,
} from '@orchestra/contracts'
import type { link } from '@orchestra/contracts'

export type ProjectRow = { id: ProjectId; name: string; path: string; createdAt: string }

/**
 * What was decided about a session, as opposed to what is seen of it.
 * queued: waits for a place. starting: its start is under way. running: was started and shall run. paused: see `pausedBy`.
 * interrupted: its container ended with the stack, and a person wants to be asked before it goes on.
 * failed: its start failed or its container gave up, see `problem`. archiving, archived: put away by a person, its conversation,
 * worktree and branch kept. deleting, deleted: by a person.
 */
export type Phase = 'queued' | 'starting' | 'running' | 'paused' | 'interrupted' | 'failed' | 'archiving' | 'archived' | 'deleting' | 'deleted'

/** A command's outcome, so many times in a row. `no`: it answered no (`test`, `grep`, `diff`), which is no failure until it is asked again and again. */
export type Failing = { command: string; times: number; at: string; no?: true }

export type SessionRow = {
  id: SessionId
  projectId: ProjectId
  role: Role
  title: string
  instructions: string
  branch: string | null
  baseSha: Sha | null
  target: string | null
  /** Newest imported commit of the branch; what the agent was last told where the branch stands is `toldTip`. */
  tip: Sha | null
  toldTip: Sha | null
  worktree: string | null
  permissionMode: PermissionMode
  paired: boolean
  conversation: string
  /** The CLI has started once with this conversation: the next start resumes it. */
  conversationStarted: boolean
  /** Version of the coding CLI that was chosen when it was made; null: the agent image's own. */
  cliVersion: string | null

  phase: Phase
  /** Why it is queued, in a sentence. */
  queueReason: string | null
  /** Of a paused session; the text is a sentence with the figures of that moment, null where a person paused it. */
  pausedBy: PausedBy | null
  pausedText: string | null
  startStep: StartStep | null
  problem: Problem | null

  /** Facts, each with its time. */
  container: 'created' | 'running' | 'paused' | 'exited' | 'missing' | null
  containerAt: string | null
  linkUp: boolean
  linkAt: string | null
  cli: Extract<link.FromAgent, { type: 'cli-status' }>['status'] | null
  cliAt: string | null
  /** Its turn is over, and a command that it started runs on. */
  cliBackground: boolean
  /** What an open dialog asks, in the terminal. */
  dialog: string | null
  /** Last event of its CLI, and last byte that its terminal wrote. */
  hookAt: string | null
  terminalAt: string | null
  /** Commands that failed since its last prompt and have not succeeded since, newest last. */
  failing: Failing[]
  setup: 'none' | 'running' | 'passed' | 'failed'
  limitedUntil: string | null
  limitedText: string | null
  /**
   * Why its model requests do not get through; `ended`: the turn is over without an answer; `away`: the endpoint was not reached at all;
   * `goesOn`: the turn is taken up again by itself. Null again when they do, or it works on something new.
   */
  modelTrouble: { text: string; at: string; ended: boolean; away?: boolean; goesOn?: boolean } | null
  /** Last turn was ended by a person; null again when it works. */
  interruptedAt: string | null
  /** Its `complete` message; null again when it works on something new. */
  completedAt: string | null
  lastEventAt: string
  lastActivity: string

  aheadBy: number
  behindBy: number
  diffStat: DiffStat
  diffVersion: number
  /** Newest imported snapshot, where there is one. */
  snapshotTree: Sha | null
  carried: string[]
  covers: string[]
  badges: string[]
  applied: boolean
  /** Its container is made anew when it is idle next. */
  renewWhenIdle: boolean
  /** Of its own; null: as the project says. */
  budgetUsd: number | null
  budgetTokens: number | null
  /** Messages between sessions in a row, without a person, that led to what it does now. */
  hops: number
  createdBy: Actor
  createdAt: string
  deletedAt: string | null
  /** Its record and snapshots are gone: it is no longer listed. */
  trimmedAt: string | null
}

export type MessageRow = {
  id: MessageId
  seq: number
  projectId: ProjectId
  kind: MessageKind
  from: Actor
  to: { kind: 'person' } | { kind: 'session'; id: SessionId } | { kind: 'all' }
  text: string
  options: string[]
  recommended: number | null
  origin: QuestionOrigin | null
  inReplyTo: MessageId | null
  state: 'none' | 'open' | 'answered' | 'withdrawn'
  answerText: string | null
  answerOption: number | null
  answeredBy: Actor | null
  answeredAt: string | null
  /** A delivery of another message to one more session (to all, or a question shown to the designer); not listed by itself. */
  copyOf: MessageId | null
  /** For a question of origin `system`: the merge that waits for a yes. */
  merge: MergeId | null
  /** For a question: with the designer until then, unless it was escalated before. Null: the person, or the named session, was asked at once. */
  designerUntil: string | null
  escalatedAt: string | null
  /** What the designer said when it passed the question on. */
  note: string | null
  delivery: 'queued' | 'delivered' | 'seen' | 'answered' | 'failed'
  deliveryReason: string | null
  /** The person has put it out of the attention list. */
  dismissedAt: string | null
  sentAt: string
  deliveredAt: string | null
  seenAt: string | null
}

export type MergeRow = {
  id: MergeId
  projectId: ProjectId
  session: SessionId
  target: string
  tip: Sha
  targetSha: Sha
  /** Merged tree of the last computation; what checks ran on. */
  tree: Sha | null
  note: string | null
  requestedBy: Actor
  approvedBy: Actor | null
  status: MergeStatus
  statusText: string
  conflicts: string[]
  problem: Problem | null
  runId: RunId | null
  mergedSha: Sha | null
  undoSha: Sha | null
  pushCommand: string | null
  dismissedAt: string | null
  /** Order in line: when it was approved. */
  approvedAt: string | null
  createdAt: string
  updatedAt: string
}

export type RunRow = {
  id: RunId
  projectId: ProjectId
  session: SessionId | null
  mergeId: MergeId | null
  kind: RunView['kind']
  command: string
  status: RunView['status']
  exitCode: number | null
  tree: Sha | null
  startedAt: string | null
  endedAt: string | null
  logBytes: number
  lastLine: string
  startedBy: Actor
  createdAt: string
}

/** Settings as saved; null means: not set by a person, the default or the project's configuration counts. */
export type SettingsRow = { [K in Exclude<keyof ProjectSettings, 'checkProposal'>]: ProjectSettings[K] | null } & { projectId: ProjectId }

/** A host that a session was refused and that a person may allow. `host` is a rule; `allowed` is null until somebody decides. */
export type EgressRequestRow = { projectId: ProjectId; session: SessionId; host: EgressRule; askedAt: string; allowed: boolean | null; decidedBy: Actor | null; decidedAt: string | null }

export type UsageRow = { request: string; projectId: ProjectId; session: SessionId; model: string; tokens: Tokens; status: number; costUsd: number | null; window: { used: number; resetsAt: string | null } | null; at: string }

export type UsageTotal = { session: SessionId; model: string; tokens: Tokens; costUsd: number | null; unpriced: boolean; window: { used: number; resetsAt: string | null } | null }

/** What each kind of event carries. Events are immutable, ordered by `seq`, and say who did it. */
export type EventData = {
  'session.spawned': { title: string; branch: string | null; base: Sha | null; target: string | null }
  'session.queued': { reason: string }
  'session.step': { step: StartStep; text: string }
  'session.started': { resumed: boolean }
  'session.failed': { step: StartStep | null; problem: Problem }
  'session.paused': { by?: PausedBy; text?: string | null }
  'session.budget': { usd: number | null; tokens: number | null }
  'session.continued': { text: string | null }
  'session.interrupted': Record<string, never>
  'session.restarted': { why: string }
  'session.paired': { paired: boolean }
  /** Its container ended with the stack; a person is asked before it goes on. */
  'session.ended': { why: string }
  'session.archived': Record<string, never>
  'session.deleted': { unmergedCommits: number; uncommittedFiles: string[] }
  'session.restored': Record<string, never>
  'session.applied': { files: string[] }
  'session.unapplied': { files: string[] }
  /** From the agent's container, through its profile. */
  'agent': AgentEvent
  'agent.notice': { text: string }
  'link': { up: boolean }
  'container': { state: string; exitCode: number | null; oomKilled: boolean }
  'message.sent': { message: MessageId; kind: MessageKind; to: string; text: string }
  'message.delivered': { messages: MessageId[]; state: 'delivered' | 'seen' | 'answered' | 'failed'; reason: string | null }
  'message.answered': { message: MessageId; text: string }
  /** Now the person is asked: the designer passed it on, or did not answer in time, or could not. */
  'message.escalated': { message: MessageId; reason: string }
  'message.withdrawn': { message: MessageId; reason: string }
  'import.commits': { tip: Sha; commits: number; flags: string[]; pinned: Sha | null }
  'import.snapshot': { sha: Sha; files: number; added: number; removed: number }
  'import.waiting': { reason: string }
  'import.diverged': { tip: Sha; pinned: Sha }
  'import.rejected': { reason: string }
  /** A person moved the branch with plain git. */
  'branch.moved': { tip: Sha }
  'run.started': { run: RunId; kind: RunRow['kind']; command: string }
  'run.ended': { run: RunId; kind: RunRow['kind']; command: string; status: RunRow['status']; exitCode: number | null; tree: Sha | null; lastLine: string }
  'merge.requested': { merge: MergeId; target: string; tip: Sha; targetSha: Sha }
  'merge.approved': { merge: MergeId; tip: Sha; targetSha: Sha }
  'merge.changed': { merge: MergeId; status: MergeStatus; text: string; sha: Sha | null }
  'model.trouble': { text: string }
  'usage.limited': { until: string | null; text: string }
  'usage.limit-over': { text: string }
  'egress.refused': { host: string; port: number; reason: string }
  'egress.decided': { host: string; allowed: boolean }
  'settings.saved': { fields: string[] }
  'spec.saved': { revision: string }
  'credential.saved': { kind: string }
}
export type EventType = keyof EventData
export type NewEvent = { [T in EventType]: { type: T; session: SessionId | null; actor: Actor; data: EventData[T]; /** dedupe within the session: a second one with the same source is not recorded */ source?: string } }[EventType]
export type EventRow = { [T in EventType]: { type: T; data: EventData[T] } }[EventType] & { seq: number; projectId: ProjectId; session: SessionId | null; actor: Actor; at: string }
