/** What needs the person, most urgent first: by rank, and within a rank by how long it waits. */
import type { AttentionView, CredentialView, ProjectSettings, SessionId } from '@orchestra/contracts'
import { actorName } from '@orchestra/contracts'
import type { EgressRequestRow, MergeRow, MessageRow, SessionRow } from './rows.ts'
import { asCode } from './image.ts'
import type { ImageProposal } from './image.ts'
import { withinReach } from './reach.ts'
import { sessionStatus, waitsForOf } from './status.ts'
import type { DerivedStatus } from './status.ts'

export const ranks = { broken: 0, question: 1, stuck: 2, approval: 3, complete: 4, setup: 5, designer: 6 } as const

export type AttentionFacts = {
  now: string
  lookedAt: string | null
  sessions: SessionRow[]
  /** Open questions, and the errors and completions sent to the person; copies left out. */
  messages: MessageRow[]
  merges: MergeRow[]
  settings: ProjectSettings
  /** What sessions were refused. */
  hosts?: EgressRequestRow[]
  credential: CredentialView
  /** An image definition of the target branch that waits for a yes, or whose build failed. */
  image?: ImageProposal | null
}
type Live = SessionRow & { derived: DerivedStatus }

type Item = AttentionView
const item = (a: Pick<Item, 'id' | 'rank' | 'kind' | 'title' | 'text' | 'since'> & Partial<Item>): Item =>
  ({ session: null, messageId: null, mergeId: null, options: [], recommended: null, with: 'person', note: null, ...a })

const senderOf = (m: MessageRow): SessionId | null => (m.from.kind === 'session' ? m.from.id : null)

const ofMessage = (m: MessageRow, now: string, titleOf: (id: SessionId | null) => string): Item | null => {
  if (m.dismissedAt || m.copyOf) return null
  const session = senderOf(m)
  const base = { session, messageId: m.id, mergeId: m.merge, text: m.text, options: m.options, recommended: m.recommended, since: m.sentAt, title: session ? titleOf(session) : actorName(m.from) }
  if (m.kind === 'question' && m.state === 'open') {
    // An approval is listed once, by its merge.
    if (m.origin === 'system') return m.merge ? null : item({ ...base, id: `message:${m.id}`, rank: ranks.approval, kind: 'approval' })
    const waitsFor = waitsForOf(m, now)
    if (waitsFor.kind === 'session') return null
    const withDesigner = waitsFor.kind === 'designer'
    return item({ ...base, id: `message:${m.id}`, rank: withDesigner ? ranks.designer : ranks.question, kind: m.origin === 'permission' ? 'permission' : 'question', with: waitsFor.kind, note: m.note })
  }
  if (m.to.kind !== 'person') return null
  if (m.kind === 'error') return item({ ...base, id: `message:${m.id}`, rank: ranks.broken, kind: 'error' })
  if (m.kind === 'complete') return item({ ...base, id: `message:${m.id}`, rank: ranks.complete, kind: 'complete' })
  return null
}

/** An endpoint that stumbles once is no news; each try that fails looks at the time again. */
const stumbleMs = 20_000
const needsPerson = (s: Live, trouble: { at: string; ended: boolean }, now: string): boolean =>
  s.derived.status === 'interrupted' ? trouble.ended : s.derived.status === 'working' && Date.parse(now) - Date.parse(trouble.at) > stumbleMs

const ofSession = (s: Live, now: string): Item | null => {
  const at = { session: s.id, title: s.title, since: s.lastEventAt }
  if (s.derived.status === 'failed') return item({ ...at, id: `session:${s.id}`, rank: ranks.broken, kind: 'failed-start', text: s.derived.statusText })
  if (s.derived.status === 'lost') return item({ ...at, id: `session:${s.id}`, rank: ranks.broken, kind: 'error', text: s.derived.statusText })
  if (s.phase === 'paused' && s.pausedBy !== null && s.pausedBy !== 'person') return item({ ...at, id: `session:${s.id}`, rank: ranks.broken, kind: 'error', text: s.derived.statusText })
  if (s.modelTrouble && needsPerson(s, s.modelTrouble, now)) return item({ ...at, id: `session:${s.id}`, rank: ranks.broken, kind: 'error', title: 'No answer from the model', text: `${s.modelTrouble.text}\n\n${s.modelTrouble.goesOn ? 'Nothing is lost: it goes on by itself when the model is reached, and Continue tries it now.' : s.modelTrouble.ended ? 'Nothing is lost: Continue takes the turn up again.' : 'It is tried again by itself; what it says in its terminal tells how often.'}`, since: s.modelTrouble.at })
  // A dialog in the terminal that came as no question of its own.
  if (s.derived.status === 'dialog') return item({ ...at, id: `session:${s.id}`, rank: ranks.question, kind: 'permission', text: s.derived.statusText, since: s.cliAt ?? s.lastEventAt })
  if (s.derived.status === 'stuck') return item({ ...at, id: `session:${s.id}`, rank: ranks.stuck, kind: 'stuck', text: s.derived.statusText, since: s.hookAt ?? s.lastEventAt })
  return null
}

const stuck: Partial<Record<MergeRow['status'], string>> = { conflict: 'conflicts', checks_failed: 'checks failed', refused: 'refused' }
const ofMerge = (m: MergeRow, titleOf: (id: SessionId | null) => string, questionOf: (m: MergeRow) => MessageRow | undefined): Item | null => {
  const at = { session: m.session, mergeId: m.id, title: titleOf(m.session) }
  if (m.status === 'requested') {
    const question = questionOf(m)
    return item({ ...at, id: `merge:${m.id}`, rank: ranks.approval, kind: 'approval', messageId: question?.id ?? null, text: question?.text ?? m.statusText, options: question?.options ?? [], recommended: question?.recommended ?? null, since: m.createdAt })
  }
  const what = stuck[m.status]
  if (!what || m.dismissedAt) return null
  return item({ ...at, id: `merge:${m.id}`, rank: ranks.broken, kind: 'error', title: `${at.title} → ${m.target}: ${what}`, text: m.statusText, since: m.updatedAt })
}

const imageWords = ({ text, failed }: ImageProposal): Pick<Item, 'title' | 'text' | 'options'> => failed === null
  ? { title: 'Build the project\'s own agent image?', text: `.orchestra/agent.Dockerfile on the target branch is new or was changed. It is built with network access: read it first.\n\n${asCode(text)}`, options: ['Build it', 'Not now'] }
  : { title: 'The project\'s agent image could not be built', text: `${failed}\n\nNew sessions use the image of before. Correct .orchestra/agent.Dockerfile on the target branch, or build it again.\n\n${asCode(text)}`, options: ['Build it again', 'Not now'] }

const ofProject = (f: AttentionFacts): Item[] => {
  const at = { rank: ranks.setup, since: f.now }
  const items: Item[] = []
  if (f.credential.kind === 'none') items.push(item({ ...at, id: 'credential', kind: 'credential', title: 'No model credential yet', text: 'Enter an API key or a subscription token in Settings, or run `./orchestra login`. Until then no session can think.' }))
  else if (f.credential.lastCheck && !f.credential.lastCheck.ok) items.push(item({ ...at, id: 'credential', kind: 'credential', title: 'The model endpoint refuses', text: f.credential.lastCheck.text, since: f.credential.lastCheck.at }))
  if (f.settings.checkProposal) items.push(item({ ...at, id: 'proposal:check', kind: 'proposal', title: 'Run checks before a merge?', text: `The repository has \`${f.settings.checkProposal}\`.`, options: [`Use ${f.settings.checkProposal}`, 'No checks'], recommended: 0 }))
  if (f.image) items.push(item({ ...at, id: `proposal:image:${f.image.blob}`, kind: 'proposal', ...imageWords(f.image) }))
  return items
}

/** One item for all: a person who comes back to their machine decides once. */
const ofInterrupted = (sessions: SessionRow[]): Item[] => {
  const away = sessions.filter((s) => s.phase === 'interrupted')
  const [first] = away
  if (!first) return []
  const which = away.length === 1 ? `${first.title} was` : `${away.length} sessions were`
  return [item({
    id: 'interrupted', rank: ranks.question, kind: 'proposal', title: `${which} interrupted`, text: `Ended with the stack or the engine: ${away.map((s) => s.id).join(', ')}. Those that were working go on with what was cut off.`,
    options: [away.length === 1 ? 'Resume it' : 'Resume all'], recommended: 0, since: away.map((s) => s.lastEventAt).sort()[0] ?? first.lastEventAt,
  })]
}

const ofHost = (r: EgressRequestRow, titleOf: (id: SessionId | null) => string): Item => item({
  id: `egress:${r.session}:${r.host}`, rank: ranks.question, kind: 'egress', session: r.session, title: `${titleOf(r.session)} wanted ${r.host}`,
  text: 'It is not among the hosts that this project may reach, and was refused.', options: ['Allow for this project', 'Keep refused'], since: r.askedAt,
})

/** A merge that a newer request of its session has replaced speaks no more. */
const newest = (merges: MergeRow[]): MergeRow[] => {
  const bySession = new Map<string, MergeRow>()
  for (const m of [...merges].sort((a, b) => a.createdAt.localeCompare(b.createdAt))) bySession.set(m.session, m)
  return [...bySession.values()]
}

/** What a review goes on with: from here on the merge speaks for the session's `complete`. */
const underWay: ReadonlySet<MergeRow['status']> = new Set(['requested', 'approved', 'waiting', 'checking', 'landing', 'merged'])

/** A completion that a later one has replaced, or whose work has gone on to a merge, asks for nothing any more. */
const isOver = (m: MessageRow, f: AttentionFacts): boolean => {
  if (m.kind !== 'complete') return false
  const session = senderOf(m)
  return f.messages.some((n) => n.kind === 'complete' && n.copyOf === null && n.to.kind === 'person' && senderOf(n) === session && n.seq > m.seq)
    || f.merges.some((g) => g.session === session && underWay.has(g.status) && Date.parse(g.createdAt) >= Date.parse(m.sentAt))
}

export const attentionOf = (f: AttentionFacts): AttentionView[] => {
  const asked = (s: SessionRow) => f.messages.filter((m) => m.kind === 'question' && m.state === 'open' && senderOf(m) === s.id)
  const live = new Map(f.sessions.filter((s) => s.phase !== 'deleted' && s.phase !== 'deleting').map((s): [SessionId, Live] => [s.id, { ...s, derived: sessionStatus(s, { asked: asked(s), now: f.now, lookedAt: f.lookedAt, stuckMinutes: f.settings.stuckMinutes }) }]))
  const titleOf = (id: SessionId | null) => (id ? (live.get(id)?.title ?? id) : '')
  const isLive = (i: Item | null): i is Item => i !== null && (i.session === null || live.has(i.session))
  const questionOf = (m: MergeRow) => f.messages.find((q) => q.merge === m.id && q.state === 'open')
  return [
    ...[...live.values()].map((s) => ofSession(s, f.now)),
    ...f.messages.filter((m) => !isOver(m, f)).map((m) => ofMessage(m, f.now, titleOf)),
    ...newest(f.merges).map((m) => ofMerge(m, titleOf, questionOf)),
    ...(f.hosts ?? []).filter((r) => r.allowed === null && !withinReach(f.settings, r.host)).map((r) => ofHost(r, titleOf)),
    ...ofInterrupted(f.sessions),
    ...ofProject(f),
  ]
    .filter(isLive)
    .sort((a, b) => a.rank - b.rank || Date.parse(a.since) - Date.parse(b.since) || a.id.localeCompare(b.id))
}
