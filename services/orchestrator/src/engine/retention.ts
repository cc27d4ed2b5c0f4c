/** Trims what the settings say is old or too much. Nothing unmerged ever goes by itself. */
import type { Core } from './core.ts'
import { isMergedWhole } from './disk-use.ts'

const dayMs = 24 * 3_600_000

/** Events by age and size; then the record and the snapshots of sessions that were deleted long ago and had nothing unmerged. */
export const trim = async (core: Core): Promise<void> => {
  const settings = core.outside.settings(await core.store.read.settings())
  await core.store.trimEvents({ days: settings.keepEventsDays, megabytes: settings.keepEventsMb })
  const now = Date.parse(await core.store.read.now())
  for (const s of await core.store.read.sessions()) {
    if (s.phase !== 'deleted' || s.trimmedAt !== null || s.deletedAt === null || now - Date.parse(s.deletedAt) < settings.keepSessionsDays * dayMs) continue
    if (s.role === 'executor' && !(await isMergedWhole(core, s))) continue
    await core.alone(s.id, async () => {
      if (s.role === 'executor') await core.repository.forgetSession(s.id)
      for (const run of await core.store.read.runsOf(s.id)) await core.files.removeLog(run)
      await core.store.trimSession(s.id)
      await core.commit(async (tx) => { const row = await tx.session(s.id); if (row?.phase === 'deleted') await tx.putSession({ ...row, trimmedAt: await tx.now() }) })
    })
  }
}
