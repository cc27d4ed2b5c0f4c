/**
 * Repositories inside a worktree: a person's git that enters one runs what its configuration names. The files are looked at from
 * here, since an agent's own word on what it left is worth nothing.
 */
import type { SessionId } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import type { Core } from './core.ts'
import { system } from './core.ts'

const nestedBadge = 'nested repository'
const shown = 5

const noticeOf = (paths: string[]): string =>
  `There are repositories inside its worktree: ${paths.slice(0, shown).join(', ')}${paths.length > shown ? ` and ${paths.length - shown} more` : ''}. Do not run git in them or "git add" over them on this machine: their configuration is the agent's. Use the session's terminal.`

const lookIn = async (core: Core, s: SessionRow): Promise<void> => {
  if (!s.worktree || s.toldTip === null) return
  const paths = await core.repository.nestedRepositories(s.worktree, s.covers)
  if (s.badges.includes(nestedBadge) === paths.length > 0) return
  await core.commit(async (tx) => {
    const row = await tx.session(s.id)
    if (!row) return
    const others = row.badges.filter((b) => b !== nestedBadge)
    await tx.putSession({ ...row, badges: paths.length > 0 ? [...others, nestedBadge] : others })
    if (paths.length > 0) await tx.event({ type: 'agent.notice', session: s.id, actor: system('nested repositories'), data: { text: noticeOf(paths) } })
  })
}

export const lookForNested = async (core: Core, only?: SessionId): Promise<void> => {
  for (const s of await core.store.read.sessions()) if (s.role === 'executor' && s.phase === 'running' && (only === undefined || s.id === only)) await lookIn(core, s)
}
