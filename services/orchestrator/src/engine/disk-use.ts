/** What sessions hold on the disk. Measured when somebody asks: nothing is kept of it. */
import { ok } from '@orchestra/contracts'
import type { DiskUse, DiskView, Result } from '@orchestra/contracts'
import { leftovers } from './commands/remove.ts'
import type { Core } from './core.ts'
import { loadViews } from './views.ts'
import type { SessionRow } from '../domain/rows.ts'

/** Nothing would be lost with it. */
export const isMergedWhole = async (core: Core, s: SessionRow): Promise<boolean> => {
  if (s.role !== 'executor' || !s.tip || !s.target || s.problem !== null || !(await core.repository.branchTip(s.target))) return false
  const left = await leftovers(core, s)
  return left.unmergedCommits === 0 && left.uncommittedFiles.length === 0
}

const total = (d: DiskView): number => (d.worktree ?? 0) + (d.volumes ?? 0) + (d.snapshots ?? 0)

export const diskOf = async (core: Core): Promise<Result<DiskUse>> => {
  const [measured, views, rows] = await Promise.all([core.runtime.disk(), loadViews(core.store.read, core, core.outside), core.store.read.sessions()])
  const bytes = new Map(measured.ok ? measured.value.sizes.map((v) => [v.session, v.bytes]) : [])
  const sessions: DiskView[] = []
  // One after the other: each looks through a whole folder.
  for (const s of rows) {
    const view = views.session(s.id)
    if (!view) continue
    const { worktree, snapshots } = await core.repository.diskUse(s.id, s.worktree)
    sessions.push({ session: s.id, title: s.title, status: view.status, worktree, volumes: measured.ok ? (bytes.get(s.id) ?? 0) : null, snapshots, mergedWhole: s.phase !== 'deleted' && s.tip !== s.baseSha && (await isMergedWhole(core, s)) })
  }
  const known = new Set(rows.map((s) => s.id))
  const orphans = measured.ok ? measured.value.sizes.filter((v) => !known.has(v.session)) : []
  return ok({ sessions: sessions.filter((d) => total(d) > 0 || d.volumes === null).sort((a, b) => total(b) - total(a)), orphans })
}
