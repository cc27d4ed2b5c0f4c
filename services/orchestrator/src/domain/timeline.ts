/** Events of a session as the lines of its monitor: plain sentences, neighbours of one kind folded into one. */
import { actorName } from '@orchestra/contracts'
import type { AgentEvent, TimelineEntry } from '@orchestra/contracts'
import type { EventRow } from './rows.ts'
import { callOf, editText, short, toolDetail, toolSentence } from './tool-sentence.ts'
import type { Sentence } from './tool-sentence.ts'
import { systemLine } from './timeline-system.ts'

type Line = { entry: TimelineEntry; fold: Sentence['fold']; count: number; paths: Set<string> }

const line = (entry: TimelineEntry, fold: Sentence['fold'] = null): Line => ({ entry, fold, count: 1, paths: new Set(fold?.path ? [fold.path] : []) })

const foldedText = (l: Line): string | null => {
  if (!l.fold || l.count < 2) return null
  const { key, path, added = 0, removed = 0 } = l.fold
  if (key === 'read') return l.paths.size === 1 ? `Read ${path}` : `Read ${l.paths.size} files`
  if (key === 'search') return `Searched ${l.count} times`
  return path === undefined ? null : editText(path, added, removed)
}

/** Joins a sentence to the line before where both are of one kind. The line keeps its number: a page that has it replaces it. */
const foldInto = (last: Line | undefined, next: Line): boolean => {
  if (!last?.fold || last.fold.key !== next.fold?.key || last.entry.ok === false || next.entry.ok === false) return false
  last.count += 1
  for (const path of next.paths) last.paths.add(path)
  last.fold = { ...last.fold, added: (last.fold.added ?? 0) + (next.fold.added ?? 0), removed: (last.fold.removed ?? 0) + (next.fold.removed ?? 0) }
  last.entry = { ...last.entry, at: next.entry.at, text: foldedText(last) ?? next.entry.text, ok: next.entry.ok, detail: [last.entry.detail, next.entry.detail].filter(Boolean).join('\n').slice(0, 20_000) || undefined }
  return true
}

const agentLine = (seq: number, at: string, e: Exclude<AgentEvent, { type: 'tool.started' | 'tool.finished' }>, saidBefore: string | null): TimelineEntry | null => {
  const entry = (kind: TimelineEntry['kind'], text: string, detail?: string, ok: boolean | null = null): TimelineEntry => ({ seq, at, kind, text, detail, ok })
  switch (e.type) {
    case 'cli.started': return entry('state', e.resumed ? 'Took up its conversation again' : 'Started')
    case 'cli.exited': return entry('error', `The coding CLI ended${e.code === null ? '' : ` with code ${e.code}`}`, e.reason, e.code === 0)
    // What came through the inbox stands in the timeline as a message already.
    case 'prompt': return e.messages.length > 0 ? null : entry('prompt', `Was told: ${short(e.text)}`, e.text)
    case 'text': return e.text.trim() === '' ? null : entry('text', short(e.text, 200), e.text)
    case 'turn.ended': return e.text.trim() === '' || e.text.trim() === saidBefore ? entry('turn', 'Finished its turn', undefined, true) : entry('turn', short(e.text, 200), e.text, true)
    case 'turn.failed': return entry('error', `The turn failed: ${short(e.text || e.error)}`, e.text, false)
    case 'dialog.opened': return entry('state', `A dialog waits in its terminal: ${short(e.what)}`, e.what)
    case 'dialog.closed': return entry('state', 'The dialog in its terminal was answered')
    case 'notice': return entry('state', short(e.text), e.text)
  }
}

/** As it happened: what an agent said is read from its transcript, which may be written after the hook of what it did next. */
export const inTime = <T extends { at: string; seq: number }>(events: readonly T[]): T[] => events.toSorted((a, b) => a.at.localeCompare(b.at) || a.seq - b.seq)

/** One page of events, in any order; lines oldest first. */
export const timelineOf = (events: EventRow[]): TimelineEntry[] => {
  const lines: Line[] = []
  const running = new Map<string, Line>()
  let said: string | null = null
  for (const row of inTime(events)) {
    if (row.type !== 'agent') {
      const entry = systemLine(row, actorName(row.actor))
      if (entry) lines.push(line(entry))
      continue
    }
    const e = row.data
    if (e.type !== 'tool.started' && e.type !== 'tool.finished') {
      const entry = agentLine(row.seq, row.at, e, said)
      if (e.type === 'text') said = e.text.trim()
      if (entry) lines.push(line(entry))
      continue
    }
    const call = callOf(e)
    const sentence = toolSentence(call)
    if (!sentence) continue
    const started = running.get(e.call)
    const next = line({ seq: started?.entry.seq ?? row.seq, at: row.at, kind: 'tool', text: sentence.text, detail: toolDetail(call), ok: call.done ? call.done.ok : null }, sentence.fold)
    if (started) lines.splice(lines.indexOf(started), 1)
    running.delete(e.call)
    if (call.done && foldInto(lines.at(-1), next)) continue
    lines.push(next)
    if (!call.done) running.set(e.call, next)
  }
  return lines.map((l) => l.entry)
}
