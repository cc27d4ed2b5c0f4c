/** The difference of two texts as edits of a shared text: whole lines where lines changed, words inside of lines that changed. */
import { diffLines, diffWordsWithSpace } from 'diff'
import type { ChangeObject } from 'diff'
import type { Text } from 'yjs'

/** Edit distance, in lines or words, past which a coarser difference is good enough: bounds the time that a rewritten file takes. */
const maxEditLength = 2000

/** Position in the text as it is after the edits before it. */
type Edit = { at: number; remove: number; insert: string }

const whole = (from: string, to: string): ChangeObject<string>[] => [
  { value: from, removed: true, added: false, count: 1 },
  { value: to, added: true, removed: false, count: 1 },
]

export const editsBetween = (from: string, to: string): Edit[] => {
  const edits: Edit[] = []
  let at = 0
  const take = (changes: ChangeObject<string>[], refine: boolean): void => {
    for (let i = 0; i < changes.length; i += 1) {
      const change = changes[i]
      if (!change) continue
      const next = changes[i + 1]
      if (refine && change.removed && next?.added) {
        take(diffWordsWithSpace(change.value, next.value, { maxEditLength }) ?? whole(change.value, next.value), false)
        i += 1
      } else if (change.removed) edits.push({ at, remove: change.value.length, insert: '' })
      else {
        if (change.added) edits.push({ at, remove: 0, insert: change.value })
        at += change.value.length
      }
    }
  }
  take(diffLines(from, to, { maxEditLength }) ?? whole(from, to), true)
  return edits
}

/** Turns a shared text into `to` with the smallest edits. Call it inside a transaction. */
export const rewrite = (text: Text, to: string): void => {
  for (const { at, remove, insert } of editsBetween(text.toString(), to)) {
    if (remove > 0) text.delete(at, remove)
    if (insert) text.insert(at, insert)
  }
}
