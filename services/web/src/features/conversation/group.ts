import type { ConversationTurn } from '@orchestra/contracts'

type Group = { tools: ConversationTurn[] } | { turn: ConversationTurn }

/** Neighbouring tool turns together. */
export const grouped = (turns: ConversationTurn[]): Group[] => {
  const out: Group[] = []
  for (const turn of turns) {
    const last = out.at(-1)
    if (turn.by !== 'tool') out.push({ turn })
    else if (last && 'tools' in last) last.tools.push(turn)
    else out.push({ tools: [turn] })
  }
  return out
}

/** A tool turn carries a step a line. */
export const stepsOf = (turns: ConversationTurn[]): string[] => turns.flatMap((t) => t.text.split('\n')).filter((line) => line.trim() !== '')
