import type { bus, Result } from '@orchestra/contracts'
import type { Core } from '../core.ts'
import { background, system } from '../core.ts'
import { tellBranch } from '../follow.ts'
import { patchSession } from './patch.ts'

/** The container's connection to the relay came or went. */
export const onLink = async (core: Core, r: Extract<bus.SessionReport, { type: 'link' }>): Promise<Result<unknown>> => {
  const changed = await patchSession(
    core, r.session,
    (row) => (row.linkUp === r.up ? null : { linkUp: r.up, linkAt: r.at, ...(r.up ? { container: 'running' as const, containerAt: r.at } : {}) }),
    { type: 'link', session: r.session, actor: system('relay'), data: { up: r.up } },
  )
  if (changed.ok && r.up) background(core, 'telling the branch', tellBranch(core, r.session))
  return changed
}
