/** Ids from what people type. */
import { fail, ok, problem, SessionId } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'

/** Words that address somebody else than a session of that name, or that stand beside sessions under refs/orchestra/. */
const reserved = new Set(['designer', 'person', 'owner', 'all', 'system', 'orchestra', 'host', 'base', 'target'])

/** Lower-case letters, digits and single dashes; empty when nothing usable is in it. */
export const slugOf = (title: string): string =>
  title.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().replace(/ß/g, 'ss').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 36).replace(/-+$/, '')

/** The title's slug, or the nearest one with a number behind it that nobody has. */
export const chooseId = (title: string, taken: ReadonlySet<string>): Result<SessionId> => {
  const slug = slugOf(title)
  if (!slug) return fail(problem('name_unusable', `No name for a branch can be made from "${title.slice(0, 60)}": it has no Latin letter or digit.`))
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? slug : `${slug}-${n}`
    if (!taken.has(id) && !reserved.has(id)) return ok(SessionId.parse(id))
  }
}
