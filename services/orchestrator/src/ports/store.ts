/** Postgres, as the engine needs it. One adapter: adapters/postgres. One project's writer calls `transact` one at a time. */
import type { Actor, MergeId, MessageId, ProjectId, RunId, SessionId } from '@orchestra/contracts'
import type { EgressRequestRow, EventRow, EventType, MergeRow, MessageRow, NewEvent, ProjectRow, RunRow, SessionRow, SettingsRow, UsageRow, UsageTotal } from '../domain/rows.ts'

/** Work to do outside, committed with the rows that want it. Performed at least once: every effect may be repeated. */
export type NewEffect = {
  kind: string
  /** Effects of one lane are performed one at a time, in the order of their commit. */
  lane: string
  payload: unknown
  session: SessionId | null
  actor: Actor
  /** Not before; default at once. */
  delayMs?: number
}
export type EffectRow = NewEffect & { id: number; attempts: number; createdAt: string }

export interface Reader {
  project(): Promise<ProjectRow>
  settings(): Promise<SettingsRow>
  /** All of the project, deleted ones too, oldest first. */
  sessions(): Promise<SessionRow[]>
  session(id: SessionId): Promise<SessionRow | null>
  message(id: MessageId): Promise<MessageRow | null>
  /** Newest `limit` before a seq, oldest first; copies are left out. `session`: to or from it. */
  messages(q: { session?: SessionId; text?: string; before?: number; limit: number }): Promise<MessageRow[]>
  /** Newest first; `words` all have to be there, each as the beginning of one. Copies are left out. */
  searchMessages(q: { words: string[]; session?: SessionId; before?: number; limit: number }): Promise<MessageRow[]>
  /** The same over events, without those that a message or another event stands for. */
  searchEvents(q: { words: string[]; session?: SessionId; before?: number; limit: number }): Promise<EventRow[]>
  /** Decided ones too, oldest first. */
  egressRequests(): Promise<EgressRequestRow[]>
  openQuestions(): Promise<MessageRow[]>
  /** Copies of a message and messages that were never delivered, for redelivery after a loss of NATS. */
  undelivered(session: SessionId): Promise<MessageRow[]>
  /** Messages to running sessions that wait. */
  queuedCount(): Promise<number>
  copiesOf(message: MessageId): Promise<MessageRow[]>
  /** To the session, in its conversation and not answered. */
  messagesUnanswered(session: SessionId): Promise<MessageRow[]>
  /** Those of the messages that a prompt brought whose turn has ended since, as far as the session's newest events tell. */
  readInEndedTurn(session: SessionId, messages: readonly MessageId[]): Promise<MessageId[]>
  merge(id: MergeId): Promise<MergeRow | null>
  merges(limit: number): Promise<MergeRow[]>
  run(id: RunId): Promise<RunRow | null>
  /** Every run of a session. */
  runsOf(session: SessionId): Promise<RunId[]>
  runs(limit: number): Promise<RunRow[]>
  /** Newest `limit` before a seq, oldest first. */
  events(q: { session: SessionId; before?: number; limit: number; types?: EventType[] }): Promise<EventRow[]>
  lastEventSeq(session: SessionId): Promise<number>
  usage(): Promise<UsageTotal[]>
  /** Effects of the lane that wait or run. */
  pendingEffects(lane: string): Promise<number>
  now(): Promise<string>
}

export type Touched = {
  project: boolean
  sessions: Set<SessionId>
  messages: Set<MessageId>
  merges: Set<MergeId>
  runs: Set<RunId>
  usage: boolean
  egressRequests: boolean
  /** Sessions with new events, and the newest number of each. */
  activity: Map<SessionId, number>
  effects: number
  events: EventRow[]
}

export interface Tx extends Reader {
  /** Whole rows, inserted or replaced. */
  putSession(row: SessionRow): Promise<void>
  /** `seq` of a new message is given by the database: pass 0. */
  putMessage(row: MessageRow): Promise<void>
  putMerge(row: MergeRow): Promise<void>
  putRun(row: RunRow): Promise<void>
  putEgressRequest(row: EgressRequestRow): Promise<void>
  putSettings(row: SettingsRow, by: Actor): Promise<void>
  /** False when the same request was recorded before. */
  addUsage(row: UsageRow): Promise<boolean>
  /** Null when an event with that source was recorded before. */
  event(event: NewEvent): Promise<EventRow | null>
  effect(effect: NewEffect): Promise<void>
  /** Effects of the lane that wait are dropped; one that runs ends by itself. */
  dropEffects(lane: string): Promise<void>
  receipt(id: string): Promise<unknown | undefined>
  saveReceipt(id: string, command: string, by: Actor, reply: unknown): Promise<void>
  /** Marks the project's own view as changed, when what it shows is not a row (the checkout, the credential). */
  touchProject(): void
}

export interface Store {
  readonly read: Reader
  /** All or nothing. What was touched comes back for the patches; it has none of a transaction that threw. */
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<{ value: T; touched: Touched }>
  /** Takes the next effect whose lane is free, or says in how many ms one is due (null: none). */
  claimEffect(): Promise<{ effect: EffectRow } | { dueInMs: number | null }>
  effectDone(id: number): Promise<void>
  /** Back into the queue, due after `delayMs`. */
  effectRetry(id: number, error: string, delayMs: number): Promise<void>
  effectFailed(id: number, error: string): Promise<void>
  /** After a crash: what was running is waiting again, except what still is. Forgets what ended more than a week ago. */
  requeueRunning(still?: readonly number[]): Promise<number>
  /** Drops events older than `days`, and the oldest beyond `megabytes`. Returns how many. */
  trimEvents(keep: { days: number; megabytes: number }): Promise<number>
  /** Drops a deleted session's events and runs; its row, messages and usage stay. */
  trimSession(session: SessionId): Promise<void>
  close(): Promise<void>
}

export type StoreFor = { project: ProjectId; name: string; path: string }
