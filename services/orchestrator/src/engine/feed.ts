/** From commits to the pages: whole views of what was touched, in order. */
import { serial } from '@orchestra/contracts'
import type { Change, MessageId, SessionId, StateSnapshot } from '@orchestra/contracts'
import type { MessageRow } from '../domain/rows.ts'
import type { Store, Touched } from '../ports/store.ts'
import type { Place } from './core.ts'
import type { Outside } from './outside.ts'
import { makeInputs } from './inputs.ts'
import { mergeViewOf, messageViews, runViewOf, viewsOf } from './views.ts'
import type { Views } from './views.ts'

export type Feed = {
  push(touched: Touched): void
  snapshot(): Promise<{ seq: number; state: StateSnapshot }>
  subscribe(onChanges: (seq: number, changes: Change[]) => void): () => void
  /** What the project's own view shows changed outside the database. */
  projectChanged(): void
  /** Facts as they are recorded, for the bus. */
  onEvents: (listener: (events: Touched['events']) => void) => void
  /** Fires at each commit that touches the session; returns the stopper. */
  onTouched: (session: SessionId, listener: () => void) => () => void
  /** Fires at each commit that touches the message or one of its copies; returns the stopper. */
  onMessage: (message: MessageId, listener: () => void) => () => void
  /** Tells of sessions whose state changed by time alone: silence, a limit that ended. */
  tick(): void
  /** When everything pushed so far has been told. */
  drained(): Promise<void>
}

const shown = { waiting: 20, messages: 500, merges: 100, runs: 100 } as const

const empty = (): Touched => ({ project: false, sessions: new Set(), messages: new Set(), merges: new Set(), runs: new Set(), usage: false, egressRequests: false, activity: new Map(), effects: 0, events: [] })

const addTo = (all: Touched, more: Touched): void => {
  for (const key of ['project', 'usage', 'egressRequests'] as const) all[key] ||= more[key]
  for (const key of ['sessions', 'messages', 'merges', 'runs'] as const) for (const id of more[key]) (all[key] as Set<unknown>).add(id)
  for (const [session, seq] of more.activity) all.activity.set(session, seq)
  all.events.push(...more.events)
}

/** Commits that come while views are being loaded go out together: a slow read makes patches larger, not later. */
export const makeFeed = (store: Store, place: Place, outside: Outside, report: (what: string, error: unknown) => void): Feed => {
  const inOrder = serial()
  const listeners = new Set<(seq: number, changes: Change[]) => void>()
  let eventListener: (events: Touched['events']) => void = () => undefined
  const watchers = new Set<{ session: SessionId; listener: () => void }>()
  const messageWatchers = new Set<{ message: MessageId; listener: () => void }>()
  /** What was last told of each session's state. */
  const told = new Map<SessionId, string>()
  const inputs = makeInputs(store.read)
  /** What was committed while nobody listened was not read. */
  let missed = false
  let pending: Touched | null = null
  /** Rises by one a patch, so that a page sees a gap; starts above any number an earlier process gave. */
  let seq = Date.now()

  const flush = async (): Promise<void> => {
    const touched = pending
    pending = null
    if (!touched) return
    if (touched.events.length) eventListener(touched.events)
    if (listeners.size === 0) { missed = true; return }
    const changes = await changesOf(touched)
    if (changes.length === 0) return
    seq += 1
    for (const listener of listeners) listener(seq, changes)
  }

  /** Sessions whose state is another one than what was told, by whatever cause. */
  const stateChanges = (views: Views): SessionId[] => views.sessions.flatMap((s) => {
    const state = `${s.status} ${s.waitsFor?.kind ?? ''} ${s.statusText}`
    if (told.get(s.id) === state) return []
    told.set(s.id, state)
    return [s.id]
  })

  const changesOf = async (touched: Touched): Promise<Change[]> => {
    const views = await viewsOf(await inputs(missed ? null : touched), store.read, place, outside)
    missed = false
    const changes: Change[] = []
    const restated = stateChanges(views)
    for (const id of restated) {
      touched.sessions.add(id)
      // Why a message still waits has changed with its receiver.
      for (const m of (await store.read.undelivered(id)).slice(0, shown.waiting)) touched.messages.add(m.copyOf ?? m.id)
    }
    if (touched.project) changes.push({ entity: 'project', id: place.project, value: views.project })
    const sessions = new Set([...touched.sessions, ...touched.activity.keys(), ...views.askers(touched.messages)])
    for (const id of sessions) {
      const value = views.session(id)
      changes.push({ entity: 'session', id, value })
      if (value) changes.push({ entity: 'activity', id, value: { timelineSeq: touched.activity.get(id) ?? 0, diffVersion: value.diffVersion } })
    }
    const rows = await Promise.all([...touched.messages].map((id) => store.read.message(id)))
    for (const value of await messageViews(store.read, views, rows.filter((row) => row !== null && !row.copyOf) as MessageRow[])) changes.push({ entity: 'message', id: value.id, value })
    for (const id of touched.merges) { const row = await store.read.merge(id); if (row) changes.push({ entity: 'merge', id, value: mergeViewOf(row, views.line) }) }
    for (const id of touched.runs) { const row = await store.read.run(id); if (row) changes.push({ entity: 'run', id, value: runViewOf(row) }) }
    if (touched.project || sessions.size || touched.messages.size || touched.merges.size) changes.push({ entity: 'attention', id: 'all', value: views.attention })
    return changes
  }

  const push = (touched: Touched): void => {
    for (const w of watchers) if (touched.sessions.has(w.session)) w.listener()
    for (const w of messageWatchers) if (touched.messages.has(w.message)) w.listener()
    if (pending) { addTo(pending, touched); return }
    pending = empty()
    addTo(pending, touched)
    inOrder(flush).catch((error: unknown) => report('telling the pages', error))
  }

  return {
    push,
    projectChanged: () => push({ ...empty(), project: true }),
    subscribe: (listener) => { listeners.add(listener); return () => listeners.delete(listener) },
    snapshot: () => inOrder(async () => {
      const [views, messages, merges, runs] = await Promise.all([
        inputs(null).then((all) => viewsOf(all, store.read, place, outside)), store.read.messages({ limit: shown.messages }), store.read.merges(shown.merges), store.read.runs(shown.runs),
      ])
      const state = {
        project: views.project, sessions: views.sessions, attention: views.attention, messages: await messageViews(store.read, views, messages),
        merges: merges.map((m) => mergeViewOf(m, views.line)), runs: runs.map(runViewOf),
      }
      return { seq, state }
    }),
    onEvents: (listener) => { eventListener = listener },
    onTouched: (session, listener) => { const w = { session, listener }; watchers.add(w); return () => watchers.delete(w) },
    onMessage: (message, listener) => { const w = { message, listener }; messageWatchers.add(w); return () => messageWatchers.delete(w) },
    tick: () => push(empty()),
    drained: () => inOrder(() => Promise.resolve()),
  }
}
