/** Which new items are worth a notification of the system, as one for all of them. Pure. */
import type { AttentionView } from '@orchestra/contracts'

/** Errors and questions: somebody stands idle. Approvals, completions and proposals wait in the title. */
const LAST_RANK = 1

export const due = (before: ReadonlySet<string>, items: AttentionView[]): AttentionView[] => items.filter((i) => i.rank <= LAST_RANK && !before.has(i.id))

/** One item by what it says, several by their number. */
export const notice = (items: AttentionView[]): { title: string; body: string } | null => {
  const [first, ...rest] = items
  if (!first) return null
  const sessions = [...new Set(items.flatMap((i) => i.session ?? []))]
  if (rest.length === 0) return { title: `${first.session ?? 'Orchestra'} ${first.kind === 'question' || first.kind === 'permission' ? 'asks' : 'needs you'}`, body: (first.text || first.title).slice(0, 200) }
  return { title: sessions.length > 1 ? `${sessions.length} agents need you` : `${items.length} things need you`, body: sessions.join(', ').slice(0, 200) }
}
