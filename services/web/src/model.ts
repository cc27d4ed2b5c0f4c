/** What the server said, folded from its frames. Pure: no clock, no network, so every rule here is tested without a page. */
import type { AttentionView, Change, MergeView, MessageView, ProjectView, RunView, SessionView, StateFrame } from '@orchestra/contracts'

export type Model = {
  seq: number
  /** Counts snapshots: after a reconnect everything that was read over HTTP may be old. */
  epoch: number
  project: ProjectView | null
  sessions: Record<string, SessionView>
  messages: Record<string, MessageView>
  merges: Record<string, MergeView>
  runs: Record<string, RunView>
  attention: AttentionView[]
  /** Newest numbers of each session's record and diff: what is on screen loads again when its number grows. */
  activity: Record<string, { timelineSeq: number; diffVersion: number }>
}

export const emptyModel: Model = { seq: -1, epoch: 0, project: null, sessions: {}, messages: {}, merges: {}, runs: {}, attention: [], activity: {} }

const byId = <T extends { id: string }>(list: T[]): Record<string, T> => Object.fromEntries(list.map((x) => [x.id, x]))

const set = <T>(record: Record<string, T>, id: string, value: T | null): Record<string, T> => {
  const next = { ...record }
  if (value === null) delete next[id]
  else next[id] = value
  return next
}

const apply = (m: Model, c: Change): Model => {
  switch (c.entity) {
    case 'project': return { ...m, project: c.value }
    case 'session': return { ...m, sessions: set(m.sessions, c.id, c.value) }
    case 'message': return { ...m, messages: set(m.messages, c.id, c.value) }
    case 'merge': return { ...m, merges: set(m.merges, c.id, c.value) }
    case 'run': return { ...m, runs: set(m.runs, c.id, c.value) }
    case 'attention': return { ...m, attention: c.value }
    case 'activity': {
      const old = m.activity[c.id] ?? { timelineSeq: 0, diffVersion: 0 }
      // A change that touched only one of the two tells 0 for the other.
      const value = { timelineSeq: Math.max(old.timelineSeq, c.value.timelineSeq), diffVersion: Math.max(old.diffVersion, c.value.diffVersion) }
      return { ...m, activity: { ...m.activity, [c.id]: value } }
    }
  }
}

/** `gap`: a frame was missed and the model is unchanged; the caller reconnects for a snapshot. */
export const fold = (m: Model, frame: StateFrame): { model: Model; gap: boolean } => {
  if (frame.type === 'snapshot') {
    const s = frame.state
    const model: Model = {
      seq: frame.seq, epoch: m.epoch + 1, project: s.project, sessions: byId(s.sessions), messages: byId(s.messages),
      merges: byId(s.merges), runs: byId(s.runs), attention: s.attention,
      // Kept, not emptied: numbers only grow, and a fresh snapshot says nothing of timelines.
      activity: m.activity,
    }
    return { model, gap: false }
  }
  if (frame.type === 'heartbeat') return { model: m, gap: frame.seq > m.seq }
  if (frame.seq <= m.seq) return { model: m, gap: false }
  if (frame.seq !== m.seq + 1) return { model: m, gap: true }
  return { model: { ...frame.changes.reduce(apply, m), seq: frame.seq }, gap: false }
}

/** The fleet in its one lasting order: the designer, then by birth. Activity never moves a row. */
export const fleetOf = (sessions: Record<string, SessionView>): SessionView[] =>
  Object.values(sessions)
    .filter((s) => s.role !== 'check' && s.status !== 'deleted' && s.status !== 'archived')
    .sort((a, b) => Number(b.role === 'designer') - Number(a.role === 'designer') || a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))

export const archivedOf = (sessions: Record<string, SessionView>): SessionView[] =>
  Object.values(sessions).filter((s) => s.status === 'archived').sort((a, b) => b.lastEventAt.localeCompare(a.lastEventAt))

export const deletedOf = (sessions: Record<string, SessionView>): SessionView[] =>
  Object.values(sessions).filter((s) => s.role === 'executor' && s.status === 'deleted').sort((a, b) => b.lastEventAt.localeCompare(a.lastEventAt))

/** Its worktree, or the .git in it, is not as git left it. */
export const needsRebuild = (s: SessionView | undefined): boolean => s?.pausedBy === 'gitfile' || (s?.status === 'failed' && s.badges.includes('worktree missing'))

/** Newest merge of a session that still means something. */
export const mergeOf = (merges: Record<string, MergeView>, session: string): MergeView | undefined =>
  Object.values(merges).filter((m) => m.session === session && m.status !== 'cancelled').sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]

export const runsOf = (runs: Record<string, RunView>, session: string): RunView[] =>
  Object.values(runs).filter((r) => r.session === session).sort((a, b) => (b.startedAt ?? '9').localeCompare(a.startedAt ?? '9'))

/** The newest build of the project's own agent image; one that was declined never began. */
export const imageRunOf = (runs: Record<string, RunView>): RunView | undefined =>
  Object.values(runs).filter((r) => r.kind === 'image' && (r.startedAt !== null || r.status === 'waiting')).sort((a, b) => (b.startedAt ?? '9').localeCompare(a.startedAt ?? '9'))[0]

/** Messages that a session sent or got, oldest first. */
export const messagesOf = (messages: Record<string, MessageView>, session: string): MessageView[] =>
  Object.values(messages)
    .filter((m) => (m.from.kind === 'session' && m.from.id === session) || (m.to.kind === 'session' && m.to.id === session) || m.to.kind === 'all')
    .sort((a, b) => a.seq - b.seq)
