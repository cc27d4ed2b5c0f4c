/** The word to a session whose turn was ended by something outside of it, and is over now. */
import type { SessionId } from '@orchestra/contracts'
import type { Tx } from '../ports/store.ts'
import { system } from './core.ts'
import type { Core } from './core.ts'
import { post } from './deliver.ts'

/** `part`: who says it; `why`: what ended the turn, a sentence. Told once: one that still waits to be delivered says the same. */
export const tellToGoOn = async (core: Core, tx: Tx, session: SessionId, part: string, why: string): Promise<void> => {
  if ((await tx.undelivered(session)).some((m) => m.from.kind === 'system' && m.from.part === part)) return
  await post(core, tx, await tx.now(), { kind: 'note', from: system(part), to: { kind: 'session', id: session }, text: `${why} Go on where you were. A tool call that was under way may have been done in part: look first.` })
}
