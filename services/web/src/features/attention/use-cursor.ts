import { useStore } from '../../store.ts'
import { useUi } from '../../ui-store.ts'
import { cursorAt } from './cursor.ts'
import { useQueue } from './queue.ts'

export const useCursor = (): string | null => {
  const wanted = useUi((s) => s.cursor)
  const attention = useQueue((q) => q.items)
  const sessions = useStore((s) => s.sessions)
  return cursorAt({ attention, sessions }, wanted)
}
