import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { cursorAt } from './cursor.ts'
import { useQueue } from './queue.ts'

export const useCursor = (): string | null => {
  const wanted = useUi((s) => s.cursor)
  const attention = useQueue((q) => q.items)
  // Only where it stands: what happens in a session draws nothing but its row.
  return useStore((s) => cursorAt({ attention, sessions: s.sessions }, wanted))
}
