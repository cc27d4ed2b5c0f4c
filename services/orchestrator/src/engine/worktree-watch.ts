/**
 * A worktree's `.git` is what stands between the person's git and an agent's: while it is replaced or gone, an agent could put a
 * repository of its own there. So it is looked at every two seconds, and a session whose own is not as it should be is paused.
 */
import type { SessionId } from '@orchestra/contracts'
import { fail, ok, problem } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import { known, lifeRebuilt } from './commands/life.ts'
import type { Core } from './core.ts'
import { must } from './core.ts'
import type { Handlers } from './dispatch.ts'
import { pauseBySystem } from './pause.ts'
import { specOf } from './start/start.ts'

export const lookAtWorktreesMs = 2000
export const missingBadge = 'worktree missing'

const why = (state: 'missing' | 'gitfile-changed', path: string): string => state === 'missing'
  ? `Paused: its folder ${path} is gone. Its commits and newest snapshot are kept: "Rebuild" makes the folder again from them.`
  : `Paused: ${path}/.git was removed or replaced. Use no git in that folder: what is there now may be an agent's. "Rebuild" puts git's own file back; all other files stay as they are.`

const badge = (core: Core, id: SessionId, on: boolean): Promise<void> => core.commit(async (tx) => {
  const row = await tx.session(id)
  if (!row) return
  const others = row.badges.filter((b) => b !== missingBadge)
  await tx.putSession({ ...row, badges: on ? [...others, missingBadge] : others })
})

/**
 * The .git file over which a running container's mount stands. Replaced by one that says the same, the mount is gone all the same. A container
 * that was started since (after a restore, with a worktree made anew) stands over the file of its own start.
 */
const covered = new WeakMap<Core, Map<SessionId, { file: string; since: string | null }>>()

const isUncovered = async (core: Core, s: SessionRow, path: string): Promise<boolean> => {
  const all = covered.get(core) ?? new Map<SessionId, { file: string; since: string | null }>()
  covered.set(core, all)
  const now = s.phase === 'running' ? await core.repository.gitFileId(path) : null
  const known = all.get(s.id)
  const before = known?.since === s.containerAt ? known?.file : undefined
  if (now === null) all.delete(s.id)
  else all.set(s.id, { file: before ?? now, since: s.containerAt })
  return now !== null && before !== undefined && before !== now
}

/** Never made again by itself: what is missing may be elsewhere, on purpose. */
const lookAt = async (core: Core, s: SessionRow): Promise<void> => {
  if (!s.worktree || s.toldTip === null) return
  const uncovered = await isUncovered(core, s, s.worktree)
  const found = await core.repository.worktreeState(s.id, s.worktree)
  const state = found === 'ok' && uncovered ? 'gitfile-changed' : found
  if ((state !== 'ok') !== s.badges.includes(missingBadge)) await badge(core, s.id, state !== 'ok')
  if (state !== 'ok' && s.phase === 'running') await pauseBySystem(core, s.id, 'gitfile', why(state, s.worktree))
}

export const lookAtWorktrees = async (core: Core): Promise<void> => {
  for (const s of await core.store.read.sessions()) {
    if (s.role === 'executor' && (s.phase === 'running' || s.phase === 'paused' || s.phase === 'failed')) await lookAt(core, s)
  }
}

export const rebuildCommand: Pick<Handlers, 'session.rebuild'> = {
  'session.rebuild': (ctx, { session }) => ctx.core.alone(session, async () => {
    const { core } = ctx
    const found = await known(core.store.read, session)
    if (!found.ok) return found
    const row = found.value
    if (row.role !== 'executor' || (row.phase !== 'paused' && row.phase !== 'failed')) return fail(problem('wrong_state', `${session} is ${row.phase}; only a paused or failed executor's worktree can be rebuilt.`, { about: session, next: 'Pause it, then rebuild.' }))
    const spec = specOf(row)
    // Its mount over .git was lost with the file: the container is made anew, its volumes and conversation stay.
    must(await core.runtime.remove(session, false))
    const snapshot = await core.repository.newestSnapshot(session)
    const restored = (await core.repository.worktreeState(session, spec.path)) === 'ok' ? ok(undefined) : await core.repository.restoreWorktree(spec, snapshot?.sha ?? null)
    return restored.ok ? lifeRebuilt(ctx, session) : restored
  }),
}
