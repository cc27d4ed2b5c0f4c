/** What a person reads: what needs them, the timeline, the conversation, what a search found, the diff. */
import { z } from 'zod'
import { MergeId, MessageId, SessionId, Sha, Timestamp } from './ids.ts'
import { MessageView } from './message-view.ts'
import { DiffStat } from './session-view.ts'

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
