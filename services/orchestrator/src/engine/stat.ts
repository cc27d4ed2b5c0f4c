/** How much a session has changed against its target, for its row. Counted beside the work, never in its way. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionId } from '@orchestra/contracts'
import type { Core } from './core.ts'

const refreshing = new WeakMap<Core, Map<SessionId, { again: boolean }>>()

/** The pages' own question comes first, and mostly has worked out the answer to this one. */
const LATER_MS = 150

/** One count at a time for each session; what changes meanwhile is counted by one more. */
export const refreshStat = async (core: Core, id: SessionId): Promise<void> => {
  const all = refreshing.get(core) ?? new Map<SessionId, { again: boolean }>()
  refreshing.set(core, all)
  const under = all.get(id)
  if (under) { under.again = true; return }
  const mine = { again: true }
  all.set(id, mine)
  try {
    while (mine.again) {
      await sleep(LATER_MS)
      mine.again = false
      await countOnce(core, id)
    }
  } finally { all.delete(id) }
}

const countOnce = async (core: Core, id: SessionId): Promise<void> => {
  const row = await core.store.read.session(id)
  if (!row?.tip || !row.target) return
  const target = await core.repository.branchTip(row.target)
  if (!target) return
  const [stat, distance] = await Promise.all([core.repository.diffStat({ session: id, tip: row.tip, target }), core.repository.aheadBehind(row.tip, target)])
  await core.commit(async (tx) => {
    const now = await tx.session(id)
    if (!now) return
    const same = now.diffStat.files === stat.files && now.diffStat.added === stat.added && now.diffStat.removed === stat.removed && now.aheadBy === distance.ahead && now.behindBy === distance.behind
    if (!same) await tx.putSession({ ...now, diffStat: stat, aheadBy: distance.ahead, behindBy: distance.behind })
  })
}
