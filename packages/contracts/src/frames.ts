/**
 * The state socket, GET /ws/state. The first frame is a snapshot; then patches with rising `seq`. A gap means: reconnect for a
 * fresh snapshot. Entities are sent whole; null removes.
 */
import { z } from 'zod'
import { SessionId } from './ids.ts'
import { AttentionView, MergeView, MessageView, ProjectView, RunView, SessionView } from './views.ts'

export const StateSnapshot = z.object({
  project: ProjectView,
  sessions: z.array(SessionView),
  messages: z.array(MessageView),
  merges: z.array(MergeView),
  runs: z.array(RunView),
  attention: z.array(AttentionView),
})
export type StateSnapshot = z.infer<typeof StateSnapshot>

export const Change = z.discriminatedUnion('entity', [
  z.object({ entity: z.literal('project'), id: z.string(), value: ProjectView }),
  z.object({ entity: z.literal('session'), id: z.string(), value: SessionView.nullable() }),
  z.object({ entity: z.literal('message'), id: z.string(), value: MessageView.nullable() }),
  z.object({ entity: z.literal('merge'), id: z.string(), value: MergeView.nullable() }),
  z.object({ entity: z.literal('run'), id: z.string(), value: RunView.nullable() }),
  /** The whole list: it is small and its order is the server's. */
  z.object({ entity: z.literal('attention'), id: z.literal('all'), value: z.array(AttentionView) }),
  /** The session has new timeline entries, conversation turns or a new diff: load what is on screen. */
  z.object({ entity: z.literal('activity'), id: SessionId, value: z.object({ timelineSeq: z.number(), diffVersion: z.number() }) }),
])
export type Change = z.infer<typeof Change>

export const StateFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), seq: z.number(), state: StateSnapshot }),
  z.object({ type: z.literal('patch'), seq: z.number(), changes: z.array(Change) }),
  z.object({ type: z.literal('heartbeat'), seq: z.number(), at: z.string() }),
])
export type StateFrame = z.infer<typeof StateFrame>

/** Run logs over GET /ws/run/:id: text frames as the log grows; closes with 1000 when the run has ended. */

/**
 * Terminals over GET /ws/terminal/:session/:target?ticket=…, target `cli` or `shell`: ttyd's `tty` protocol in binary frames.
 * To the server: '0'+bytes input, '1'+JSON {columns,rows} resize, '2' pause, '3' resume. From it: '0'+bytes output, '1' title, '2' prefs.
 * `?mode=`: `drive` (default) sets the window's size; `view` leaves it as it is and is told it, at first and after each change, in a
 * frame of ours: '4'+JSON {columns,rows}; `history` gets what has scrolled away and the screen as output, then the socket closes with 1000.
 */
export const TerminalTarget = z.enum(['cli', 'shell'])
export const TerminalMode = z.enum(['drive', 'view', 'history'])
export type TerminalMode = z.infer<typeof TerminalMode>
