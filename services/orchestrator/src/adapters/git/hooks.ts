/** Hooks that live in the tree (husky and its like): what an agent edits there, the person's own commit would run. */
import { isAbsolute, relative, resolve } from 'node:path'
import type { Identity } from './identity.ts'
import type { Place } from './locate.ts'

/** Folder of hooks relative to the top of every work tree; null when hooks live elsewhere. */
export const inTreeHooks = (place: Place, who: Identity): string | null => {
  const configured = who.config.get('core.hookspath')
  if (!configured || configured.startsWith('~')) return null
  const path = isAbsolute(configured) ? relative(place.top, configured) : relative(place.top, resolve(place.top, configured))
  return path === '' || path.startsWith('..') || path === '.git' || path.startsWith('.git/') ? null : path
}
