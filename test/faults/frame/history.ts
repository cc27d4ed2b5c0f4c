/** What was said to have happened: every reply that a client of the stack got, and every piece of work that a session was seen to have done. */
import type { CommandName, CommandReply, Problem } from '@orchestra/contracts'

/** `unknown`: no reply came within the client's patience, so it may or may not have happened. */
export type Outcome = { kind: 'acknowledged'; reply: unknown } | { kind: 'refused'; problem: Problem } | { kind: 'unknown'; why: string }
export type Entry = { id: string; name: CommandName; input: Record<string, unknown>; outcome: Outcome; tries: number; sentAt: number; answeredAt: number }

/** A file that a session's work tree was seen to hold; with `sha`, in a commit on its private branch. */
export type Work = { session: string; path: string; content: string; sha: string | null; /** later work took its place */ replaced: boolean }

export type History = {
  entries: Entry[]
  /** Messages of sessions whose call was acknowledged. */
  said: { from: string; to: string; token: string }[]
  work: Work[]
  /** Sessions whose tree this fault makes untrue on purpose: the check of that one thing is left out, by name. */
  excused: Map<string, string>
}
export const newHistory = (): History => ({ entries: [], said: [], work: [], excused: new Map() })

type Acknowledged<N extends CommandName> = { entry: Entry; input: Record<string, unknown>; reply: CommandReply<N> }

export const acknowledged = <N extends CommandName>(h: History, name: N): Acknowledged<N>[] =>
  h.entries.flatMap((e) => (e.name === name && e.outcome.kind === 'acknowledged' ? [{ entry: e, input: e.input, reply: e.outcome.reply as CommandReply<N> }] : []))
