/** What an agent's event says about its session. */
import type { AgentEvent } from '@orchestra/contracts'
import type { SessionRow } from './rows.ts'

/** Different commands that are counted at a time. */
const mostFailing = 5

const commandOf = (input: unknown): string | null => {
  const command = typeof input === 'object' && input !== null ? (input as { command?: unknown }).command : null
  return typeof command === 'string' && command.trim() !== '' ? command.trim().slice(0, 400) : null
}

/** The same command failing again and again is a loop, whatever is done in between; its success ends the count, another outcome begins anew. */
const countFailing = (row: SessionRow, event: Extract<AgentEvent, { type: 'tool.finished' }>): SessionRow['failing'] => {
  const command = commandOf(event.input)
  if (command === null) return row.failing
  const before = row.failing.find((f) => f.command === command)
  const others = row.failing.filter((f) => f !== before)
  const no = event.ok && (event.exitCode ?? 0) !== 0
  if (event.ok && !no) return others
  const times = before !== undefined && (before.no ?? false) === no ? before.times : 0
  return [...others, { command, times: times + 1, at: event.at, ...(no ? { no } as const : {}) }].slice(-mostFailing)
}

export const afterEvent = (row: SessionRow, event: AgentEvent): Partial<SessionRow> => {
  switch (event.type) {
    case 'cli.started': return { conversationStarted: true, dialog: null }
    // New work: what it said about the old is no longer its state.
    case 'prompt': return { completedAt: null, interruptedAt: null, modelTrouble: null, failing: [] }
    case 'tool.finished': return { failing: countFailing(row, event) }
    case 'dialog.opened': return { dialog: event.what }
    case 'dialog.closed': return { dialog: null }
    // A turn that came to its end was not cut off: the word of an interrupt before it may arrive after the next prompt.
    case 'turn.ended': return { modelTrouble: null, interruptedAt: null }
    // What the relay saw names the endpoint and what it said; the CLI's words are what there is else.
    case 'turn.failed': return event.error === 'interrupted' ? { interruptedAt: event.at, modelTrouble: null } : { modelTrouble: { text: row.modelTrouble?.text ?? (event.text || event.error), at: event.at, ended: true, away: row.modelTrouble?.away ?? false } }
    default: return {}
  }
}
