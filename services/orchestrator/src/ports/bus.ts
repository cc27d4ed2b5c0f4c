/** NATS, as the engine needs it. One adapter: adapters/nats. Postgres is the truth; this rings bells and carries inboxes. */
import type { CredentialView, EgressPolicy, Result, Role, SessionId } from '@orchestra/contracts'
import type { bus, link } from '@orchestra/contracts'

export interface Bus {
  /** Into JetStream, acknowledged by the server, deduplicated on the message's id. */
  putInbox(session: SessionId, item: bus.InboxItem): Promise<void>
  /** Entries that wait in JetStream, by session; null: the server came back without its store. */
  inboxes(): Promise<Map<SessionId, number> | null>
  /** Makes the place for them where there is none. May be repeated. */
  makeInboxes(): Promise<void>
  /** The server was away and is here again. Returns the stopper. */
  onReturn(listener: () => void): () => void
  /** To the agent over its live link; `agent_unreachable` when there is none. */
  control(session: SessionId, frame: link.ToAgent): Promise<Result<void>>
  openSession(session: SessionId, role: Role): Promise<Result<void>>
  /** Sessions whose socket is open. */
  listSessions(): Promise<Result<SessionId[]>>
  closeSession(session: SessionId, forget: boolean): Promise<Result<void>>
  credentialStatus(): Promise<Result<CredentialView>>
  saveCredential(c: { kind: 'api-key' | 'subscription'; secret: string | null; baseUrl: string | null }): Promise<Result<CredentialView>>
  /** To the relay, which enforces it from now on. */
  setEgress(policy: EgressPolicy): Promise<Result<void>>
  /** The relay asks anew what sessions may do with the model, and looks again at what waits for a budget. */
  reallow(): Promise<Result<void>>
  publishFact(project: string, fact: unknown): void
  /** Handlers answer when what they did is committed. A thrown error is answered as a retryable problem. */
  onCall(handler: (call: bus.ToolCall) => Promise<bus.Reply>): void
  onReport(handler: (report: bus.SessionReport) => Promise<bus.Reply>): void
  close(): Promise<void>
}
