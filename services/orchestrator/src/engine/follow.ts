/** The other way: what a person does with plain git reaches the agents. */
import type { SessionId, Sha } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import { shownRefs } from './start/seed.ts'
import type { Core } from './core.ts'
import { background } from './core.ts'
import { refreshStat } from './stat.ts'

const lives = (s: SessionRow): boolean => s.phase === 'running' || s.phase === 'starting' || s.phase === 'paused'

/** Tells the agent where its branch stands, when it was not told yet. Tried again at each link and every reconcile. */
export const tellBranch = async (core: Core, id: SessionId): Promise<void> => {
  const row = await core.store.read.session(id)
  if (!row?.tip || !row.linkUp || row.tip === row.toldTip || row.toldTip === null) return
  const tip = row.tip
  const branch = row.branch ?? core.outside.checkout().branch ?? 'detached'
  const told = await core.bus.control(id, { type: 'branch', branch, tip })
  if (told.ok) await core.commit(async (tx) => { const now = await tx.session(id); if (now) await tx.putSession({ ...now, toldTip: tip }) })
}

/** Compares where each session's branch stands with what is known, and how far its target went on. */
export const followBranches = async (core: Core): Promise<void> => {
  const sessions = (await core.store.read.sessions()).filter((s) => lives(s) && s.role === 'executor' && s.toldTip !== null)
  const moved = await Promise.all(sessions.map((s) => core.alone(s.id, () => followOne(core, s.id))))
  if (moved.includes(true)) background(core, 'showing refs', showRefs(core))
}

/** Whether its target moved. */
const followOne = async (core: Core, id: SessionId): Promise<boolean> => {
  const before = await core.store.read.session(id)
  if (!before?.branch || !before.target || !lives(before)) return false
  const [tip, target] = await Promise.all([core.repository.branchTip(before.branch), core.repository.branchTip(before.target)])
  if (!tip) return false
  const { ahead, behind } = target ? await core.repository.aheadBehind(tip, target) : { ahead: before.aheadBy, behind: before.behindBy }
  const moved = tip !== before.tip
  if (!moved && ahead === before.aheadBy && behind === before.behindBy) return false
  await core.commit(async (tx) => {
    const row = await tx.session(id)
    if (!row) return
    await tx.putSession({ ...row, tip, aheadBy: ahead, behindBy: behind, diffVersion: row.diffVersion + 1, ...(moved ? { lastEventAt: await tx.now() } : {}) })
    if (moved) await tx.event({ type: 'branch.moved', session: id, actor: { kind: 'person', name: 'owner' }, data: { tip } })
  })
  background(core, 'counting what changed', refreshStat(core, id))
  if (moved) await tellBranch(core, id)
  return behind !== before.behindBy
}

/** The mirror follows the checkout; the designer is told when HEAD moved. */
export const followCheckout = async (core: Core): Promise<void> => {
  const changed = await core.outside.refreshCheckout()
  if (changed) core.feed.projectChanged()
  const designer = (await core.store.read.sessions()).find((s) => s.role === 'designer')
  if (!designer) return
  const mirror = await core.repository.syncMirror()
  if (!mirror.head || designer.toldTip === null || mirror.head === designer.tip) return
  const { head } = mirror
  await core.commit(async (tx) => { const row = await tx.session(designer.id); if (row) await tx.putSession({ ...row, tip: head }) })
  await tellBranch(core, designer.id)
}

/** After a commit arrived, or a target moved: everybody sees it under refs/orchestra/. Who is not reachable gets it with its next seed. */
export const showRefs = async (core: Core): Promise<void> => {
  const sessions = await core.store.read.sessions()
  const targets = new Map<string, Promise<Sha | null>>()
  const tipOf = (branch: string): Promise<Sha | null> => {
    const tip = targets.get(branch) ?? core.repository.branchTip(branch)
    targets.set(branch, tip)
    return tip
  }
  await Promise.all(sessions.filter((s) => s.linkUp && s.phase === 'running' && s.role !== 'check').map(async (s) =>
    core.bus.control(s.id, { type: 'refs', refs: shownRefs(sessions, s.target ? await tipOf(s.target) : null) })))
}
