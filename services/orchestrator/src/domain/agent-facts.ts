/** What an agent's event says about its session. */
import type { AgentEvent } from '@orchestra/contracts'
import type { SessionRow } from './rows.ts'

export const afterEvent = (row: SessionRow, event: AgentEvent): Partial<SessionRow> => {
  switch (event.type) {
    case 'cli.started': return { conversationStarted: true, dialog: null }
    // New work: what it said about the old is no longer its state.
    case 'prompt': return { completedAt: null, interruptedAt: null, modelTrouble: null }
    case 'dialog.opened': return { dialog: event.what }
    case 'dialog.closed': return { dialog: null }
    case 'turn.ended': return { modelTrouble: null }
    // What the relay saw names the endpoint and what it said; the CLI's words are what there is else.
    case 'turn.failed': return event.error === 'interrupted' ? { interruptedAt: event.at, modelTrouble: null } : { modelTrouble: { text: row.modelTrouble?.text ?? (event.text || event.error), at: event.at, ended: true } }
    default: return {}
  }
}
