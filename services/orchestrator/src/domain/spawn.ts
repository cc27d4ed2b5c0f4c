/** Decides a spawn: everything that can refuse it is known before, so that a session is never half made. */
import { worktreePath } from '@orchestra/contracts'
import type { Actor, CommandBody, ProjectId, ProjectSettings, SessionId, Sha } from '@orchestra/contracts'
import { newSession } from './new-rows.ts'
import type { SessionRow } from './rows.ts'

export type SpawnFacts = {
  id: SessionId
  projectId: ProjectId
  branch: string
  base: Sha
  target: string
  home: string
  conversation: string
  cliVersion: string | null
  settings: ProjectSettings
  /** Null: there is a place. */
  queueReason: string | null
  actor: Actor
  now: string
}

export const decideSpawn = (input: CommandBody<'session.spawn'>, f: SpawnFacts): SessionRow => ({
  ...newSession({
    id: f.id, projectId: f.projectId, role: 'executor', title: input.name.trim(), instructions: input.instructions, conversation: f.conversation, cliVersion: f.cliVersion, createdBy: f.actor, now: f.now,
    permissionMode: input.permissionMode ?? f.settings.permissionMode, paired: input.paired ?? false, phase: f.queueReason === null ? 'starting' : 'queued',
  }),
  branch: f.branch,
  baseSha: f.base,
  tip: f.base,
  target: f.target,
  worktree: worktreePath(f.home, f.projectId, f.id),
  queueReason: f.queueReason,
  startStep: 'branch',
  lastActivity: f.queueReason === null ? 'Starting' : 'Queued',
})

/** Said to who asked for it, person or model. */
export const spawnedText = (s: SessionRow): string => {
  const renamed = s.id === s.title ? '' : ` (for "${s.title}")`
  return s.phase === 'queued'
    ? `Executor "${s.id}"${renamed} is queued: ${s.queueReason ?? ''} Its branch will be "${s.branch ?? ''}".`
    : `Created executor "${s.id}"${renamed} on branch "${s.branch ?? ''}", to be merged into "${s.target ?? ''}".`
}
