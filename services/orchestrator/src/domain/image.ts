/** The project's own agent image: what is proposed to the person, and as what. */
import type { Sha } from '@orchestra/contracts'
import type { RunRow } from './rows.ts'

export type ImageDefinition = { blob: Sha; text: string }
/** `failed`: the last words of a build that did not work; null: nobody has decided about this definition. */
export type ImageProposal = ImageDefinition & { failed: string | null }

/** A definition that was built, is being built or was declined has a run of its content; a changed one is another. */
export const imageProposal = (definition: ImageDefinition | null, runs: RunRow[]): ImageProposal | null => {
  if (!definition) return null
  const last = runs.filter((r) => r.kind === 'image' && r.tree === definition.blob).sort((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-1)
  if (!last) return { ...definition, failed: null }
  return last.status === 'failed' ? { ...definition, failed: last.lastLine } : null
}

const mostShown = 8000

/** As a block of code that its own text can't end. */
export const asCode = (text: string): string => {
  const shown = text.length > mostShown ? `${text.slice(0, mostShown)}\n… (${text.length} characters)` : text
  const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`+/g)].map((m) => m[0].length + 1)))
  return `${fence}\n${shown.trimEnd()}\n${fence}`
}
