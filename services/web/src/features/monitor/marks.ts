import type { TimelineEntry } from '@orchestra/contracts'

/** A sign for each kind of entry. */
export const marks: Record<TimelineEntry['kind'], string> = {
  tool: '·', text: '“', prompt: '›', turn: '–', commit: '●', message: '✉', state: '○', run: '▷', usage: '$', error: '□',
}
