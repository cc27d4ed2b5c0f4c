/** What the doors (http, mcp calls, internal) may ask of the engine. One implementation: engine/. */
import type { Readable } from 'node:stream'
import type {
  Actor, Change, CommandBody, CommandName, CommandReply, ConversationTurn, CredentialView, DiffView, DiskUse, MergeId, MessageView, ProjectId, Result, RunId, SearchHit, SessionId,
  Sha, StateSnapshot, TimelineEntry,
} from '@orchestra/contracts'
import type { bus, link } from '@orchestra/contracts'

export type Page = { before?: number; limit: number }

export interface Engine {
  readonly project: ProjectId
  /** The one way to change anything. `id` makes a repeat harmless. Resolves when committed. */
  dispatch<N extends CommandName>(name: N, input: CommandBody<N>, by: { actor: Actor; id?: string }): Promise<Result<CommandReply<N>>>
  /** Consistent snapshot with the sequence that patches continue from. */
  snapshot(): Promise<{ seq: number; state: StateSnapshot }>
  /** Changes after commit, in order. Returns the stopper. */
  subscribe(onChanges: (seq: number, changes: Change[]) => void): () => void
  timeline(session: SessionId, page: Page): Promise<{ entries: TimelineEntry[]; more: boolean }>
  conversation(session: SessionId, page: Page): Promise<{ turns: ConversationTurn[]; more: boolean }>
  messages(q: { session?: SessionId; text?: string } & Page): Promise<{ messages: MessageView[]; more: boolean }>
  search(q: { text: string; kinds?: SearchHit['kind'][]; session?: SessionId; before?: string; limit: number }): Promise<{ hits: SearchHit[]; next: string | null }>
  diff(session: SessionId, context: number): Promise<Result<DiffView>>
  mergeDiff(merge: MergeId): Promise<Result<DiffView>>
  /** Bytes of a run's log from an offset; `ended` when no more will come. */
  runLog(run: RunId, from: number): Promise<Result<{ bytes: Buffer; ended: boolean }>>
  onRunLog(run: RunId, onGrown: () => void): () => void
  readSpec(): Promise<{ text: string; revision: string }>
  writeSpec(text: string, expected: string | null, by: Actor): Promise<Result<{ revision: string }>>
  /** A person sent a line to the CLI of a session, in its terminal. */
  typed(session: SessionId): Promise<void>
  /** Fires when the file changed by anybody's hand. */
  onSpec(listener: () => void): () => void
  credential(): Promise<Result<CredentialView>>
  saveCredential(c: { kind: 'api-key' | 'subscription'; secret: string | null; baseUrl: string | null }, by: Actor): Promise<Result<CredentialView>>

  /** What each session holds on the disk, measured now. */
  disk(): Promise<Result<DiskUse>>

  /** From the relay. */
  toolCall(call: bus.ToolCall): Promise<Result<unknown>>
  report(report: bus.SessionReport): Promise<Result<unknown>>
  receivePack(session: SessionId, kind: 'commits' | 'snapshot', sha: Sha, head: Sha, body: Readable): Promise<link.PushReply>
  receiveLog(session: SessionId, run: RunId, body: Readable): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Sign-in, kept apart from projects: adapters/postgres implements it. Secrets are stored hashed. */
export interface Accounts {
  createSignInToken(): Promise<string>
  /** Once only; null when unknown, used or older than 24 h. Returns the cookie's secret. */
  redeem(token: string): Promise<{ secret: string; name: string } | null>
  whoIs(secret: string): Promise<{ name: string } | null>
  signOut(secret: string): Promise<void>
}
