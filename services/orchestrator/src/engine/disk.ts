/** Nobody can give a bind mount a quota: free space is watched, and sessions are paused before none is left. */
import { fullText, lowText, worstOf } from '../domain/disk.ts'
import { lifeCommands } from './commands/life.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'
import { pauseBySystem } from './pause.ts'

export const lookAtDiskMs = 1000

/** All that run are paused: which of them fills it is not known, and each may. */
const pauseAll = async (core: Core, text: string): Promise<void> => {
  for (const s of await core.store.read.sessions()) if (s.phase === 'running' && s.role !== 'check') await pauseBySystem(core, s.id, 'disk', text)
}

const goOn = async (core: Core): Promise<void> => {
  for (const s of await core.store.read.sessions()) {
    if (s.phase !== 'paused' || s.pausedBy !== 'disk') continue
    const actor = system('disk')
    await lifeCommands['session.continue']({ core, actor, commit: (work) => core.commit(async (tx) => work(tx, await tx.now())) }, { session: s.id })
  }
}

export const lookAtDisk = async (core: Core): Promise<void> => {
  const { state, disk } = worstOf(await core.files.disks())
  if (core.outside.setDiskWarning(state === 'ok' || disk === null ? null : lowText(disk))) core.feed.projectChanged()
  if (state === 'full' && disk !== null) await pauseAll(core, fullText(disk))
  if (state === 'ok') await goOn(core)
}
