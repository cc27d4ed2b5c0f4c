/** NATS, as the relay needs it. One adapter: nats.ts beside this file. */
import type { bus, link, Result, SessionId } from '@orchestra/contracts'

/** A message of a session's inbox, in the order of sending. It stays in the inbox until `ack`. */
export type InboxEntry = {
  /** Rises within a session. The same number again is the same message, handed out anew. */
  seq: number
  item: bus.InboxItem
  ack(): void
  /** Says that it is still being worked on; otherwise it is handed out again after a minute. */
  working(): void
}

export type VerbHandlers = { [V in bus.RelayVerb]: (input: unknown) => Promise<bus.Reply> }

export interface Bus {
  /** Tries for `patience` ms while nobody answers, with the same id; then a problem. */
  call(call: bus.ToolCall, patience: number): Promise<bus.Reply>
  /** One try. A transport failure is a problem with code `timed_out`: send it again. */
  report(report: bus.SessionReport): Promise<bus.Reply>
  /** Largest report in bytes. */
  maxReport(): number
  /** Hands out all that waits, oldest first, says so, then what comes. Waits for the stream to exist. */
  openInbox(session: SessionId, onEntry: (entry: InboxEntry) => void, onCaughtUp: () => void): { close(): Promise<void> }
  /** Drops what waits in a session's inbox, for a session that is gone. */
  dropInbox(session: SessionId): Promise<void>
  serveVerbs(handlers: VerbHandlers): void
  serveControl(handler: (session: string, frame: link.ToAgent) => Result<void>): void
  /** Resolves when the server knows what is served here. */
  ready(): Promise<void>
  connected(): boolean
  close(): Promise<void>
}
