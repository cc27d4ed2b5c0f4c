/** Rows and events for tests of this room. */
import { MessageId, ProjectId, SessionId } from '@orchestra/contracts'
import type { Actor, AgentEvent, MergeId, MessageKind, Sha } from '@orchestra/contracts'
import { newMessage, newSession } from './new-rows.ts'
import type { EventData, EventRow, EventType, MergeRow, MessageRow, SessionRow } from './rows.ts'

export const project = ProjectId.parse('p')
export const sid = (id: string) => SessionId.parse(id)
export const now = '2026-11-23T10:00:00.000Z'
export const minutesAgo = (n: number) => new Date(Date.parse(now) - n * 60_000).toISOString()
export const sha = (c: string) => c.repeat(40).slice(0, 40) as Sha

/** A session that runs and waits, but for what is given. */
export const session = (given: Partial<SessionRow> = {}): SessionRow => ({
  ...newSession({ id: sid('auth'), projectId: project, role: 'executor', title: 'Auth', instructions: 'Add it.', permissionMode: 'bypass', paired: false, phase: 'running', conversation: '', createdBy: { kind: 'system', part: 'test' }, now }),
  branch: 'auth', target: 'main', container: 'running', linkUp: true, linkAt: now, cli: 'idle', ...given,
})

let n = 0
export const messageId = () => MessageId.parse(`00000000-0000-4000-8000-${String((n += 1)).padStart(12, '0')}`)
export const message = (kind: MessageKind, given: Partial<MessageRow> = {}): MessageRow => ({
  ...newMessage({ id: messageId(), projectId: project, kind, from: { kind: 'session', id: sid('auth') }, to: { kind: 'person' }, text: `a ${kind}`, now }), ...given,
})
export const merge = (given: Partial<MergeRow> = {}): MergeRow => ({
  id: messageId() as unknown as MergeId, projectId: project, session: sid('auth'), target: 'main', tip: sha('a'), targetSha: sha('b'), tree: null, note: null,
  requestedBy: { kind: 'person', name: 'owner' }, approvedBy: null, status: 'requested', statusText: 'Merge auth into main?', conflicts: [], problem: null, runId: null,
  mergedSha: null, undoSha: null, pushCommand: null, dismissedAt: null, approvedAt: null, createdAt: now, updatedAt: now, ...given,
})

/** Numbers events as the journal does. */
export const journal = () => {
  let seq = 0
  const self: Actor = { kind: 'session', id: sid('auth') }
  const row = <T extends EventType>(type: T, data: EventData[T], actor: Actor = self): EventRow => ({ type, data, seq: (seq += 1), projectId: project, session: sid('auth'), actor, at: now }) as EventRow
  type Bare = AgentEvent extends infer E ? (E extends AgentEvent ? Omit<E, 'at'> : never) : never
  const agent = (event: Bare): EventRow => row('agent', { at: now, ...event } as AgentEvent)
  const started = (tool: string, input: unknown, call = 'c1') => agent({ type: 'tool.started', call, tool, input })
  const finished = (tool: string, input: unknown, output = '', ok = true, call = 'c1', exitCode: number | null = ok ? 0 : 1) => agent({ type: 'tool.finished', call, tool, input, output, ok, exitCode })
  return { row, agent, started, finished }
}
