/** A session's events as readable turns, for people who don't want the terminal. */
import { actorName, isAtTerminal } from '@orchestra/contracts'
import type { AgentEvent, ConversationTurn } from '@orchestra/contracts'
import { isBrief } from './brief.ts'
import { forPeople } from './messages.ts'
import type { EventRow } from './rows.ts'
import { inTime, timelineOf } from './timeline.ts'

/** How messages stand in a prompt; one prompt can carry several. */
const frame = /^\[From: ([^\]\n]{1,200})\][ \t]*\n?/gm

const framed = (text: string): { name: string; text: string }[] => {
  const heads = [...text.matchAll(frame)]
  return heads.map((head, i) => ({ name: head[1] ?? '', text: text.slice(head.index + head[0].length, heads[i + 1]?.index).trim() }))
}

const labels = { question: 'QUESTION: ', error: 'ERROR: ', complete: 'COMPLETE: ', note: '', answer: '' } as const

type Said = { text: string | null; /** answers that reached the model as a call's result; a copy by prompt is not shown again */ answers: string[] }

const promptTurns = (e: Extract<AgentEvent, { type: 'prompt' }>, people: ReadonlySet<string>, said: Said): Omit<ConversationTurn, 'seq' | 'at'>[] => {
  if (isBrief(e.text)) return [{ by: 'session', name: 'brief', text: e.text }]
  const blocks = framed(e.text)
  if (blocks.length === 0) return [{ by: 'person', name: 'terminal', text: e.text }]
  return blocks
    .filter((b) => !said.answers.some((a) => b.text.endsWith(a)))
    .map((b) => ({ by: people.has(b.name) ? 'person' : 'session', name: b.name, text: forPeople(b.text, b.name) }))
}

const turnsOf = (row: EventRow, people: ReadonlySet<string>, said: Said): Omit<ConversationTurn, 'seq' | 'at'>[] => {
  if (row.type === 'message.sent' && row.actor.kind === 'session' && row.actor.id === row.session)
    return [{ by: 'agent', name: row.actor.id, text: `${labels[row.data.kind]}${row.data.text}` }]
  if (row.type === 'message.answered') {
    said.answers.push(row.data.text)
    return [{ by: row.actor.kind === 'person' || isAtTerminal(row.actor) ? 'person' : 'session', name: actorName(row.actor), text: row.data.text }]
  }
  if (row.type !== 'agent') return []
  const e = row.data
  if (e.type === 'prompt') return promptTurns(e, people, said)
  if (e.type !== 'text' && e.type !== 'turn.ended' && e.type !== 'turn.failed') return []
  const text = (e.text || (e.type === 'turn.failed' ? e.error : '')).trim()
  const again = text === said.text
  said.text = e.type === 'text' ? text : null
  return text === '' || again ? [] : [{ by: 'agent', name: row.session ?? 'agent', text }]
}

/** Turns oldest first. `people`: names that messages of persons carry. */
export const conversationOf = (events: EventRow[], people: ReadonlySet<string> = new Set(['person', 'owner'])): ConversationTurn[] => {
  const said: Said = { text: null, answers: [] }
  const spoken = inTime(events).flatMap((row) => turnsOf(row, people, said).map((t) => ({ ...t, seq: row.seq, at: row.at })))
  const tools = timelineOf(events).filter((l) => l.kind === 'tool').map((l) => ({ seq: l.seq, at: l.at, by: 'tool' as const, name: 'tools', text: l.ok === false ? `✗ ${l.text}` : l.text }))
  const turns: ConversationTurn[] = []
  for (const turn of inTime([...spoken, ...tools])) {
    const last = turns.at(-1)
    if (last && last.by === turn.by && last.name === turn.name && (turn.by === 'tool' || turn.by === 'agent')) last.text += turn.by === 'tool' ? `\n${turn.text}` : `\n\n${turn.text}`
    else turns.push(turn)
  }
  return turns
}
