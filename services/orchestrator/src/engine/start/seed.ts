/** What a session's agentd is told before it starts. */
import { randomUUID } from 'node:crypto'
import { link } from '@orchestra/contracts'
import type { ProjectSettings, RunId, Sha } from '@orchestra/contracts'
import { briefOf } from '../../domain/brief.ts'
import { newRun } from '../../domain/new-rows.ts'
import type { SessionRow } from '../../domain/rows.ts'
import type { Core } from '../core.ts'
import { system } from '../core.ts'

/** What a private gitdir shows: other sessions' newest commits, and as `target` the branch that the session is merged into. */
export const shownRefs = (sessions: SessionRow[], target: Sha | null): Record<string, Sha> => ({
  ...Object.fromEntries(sessions.filter((s) => s.role === 'executor' && s.phase !== 'deleted' && s.tip).map((s) => [s.id, s.tip as Sha])),
  ...(target ? { target } : {}),
})

const brief = async (core: Core, f: SeedFacts, sessions: SessionRow[]): Promise<string> => {
  const { session: s, base, settings } = f
  const [spec, target] = await Promise.all([core.repository.readSpec(), s.target ? core.repository.branchTip(s.target) : null])
  const behind = target ? (await core.repository.aheadBehind(base, target)).behind : 0
  const others = sessions.filter((o) => o.role === 'executor' && o.id !== s.id && o.phase !== 'deleted' && o.phase !== 'deleting')
  return briefOf({ session: { ...s, carried: f.carried, covers: f.covers }, others, base, behind, lacks: core.outside.checkout().dirty, spec: spec?.text ?? null, setupCommand: settings.setupCommand, checkCommand: settings.checkCommand })
}

/** The setup command runs once, before the first turn; a session that has talked already has had it. */
const setupRun = async (core: Core, s: SessionRow, settings: ProjectSettings): Promise<RunId | null> => {
  const command = s.role === 'executor' && !s.conversationStarted ? settings.setupCommand : null
  if (command === null) return null
  const id = randomUUID() as RunId
  await core.commit(async (tx) => {
    const now = await tx.now()
    for (const old of await tx.runs(200)) {
      if (old.session === s.id && old.kind === 'setup' && (old.status === 'waiting' || old.status === 'running')) await tx.putRun({ ...old, status: 'cancelled', endedAt: now })
    }
    await tx.putRun(newRun({ id, projectId: core.project, session: s.id, kind: 'setup', command, startedBy: system('start'), now }))
  })
  return id
}

export type SeedFacts = { session: SessionRow; settings: ProjectSettings; branch: string; base: Sha; tip: Sha; hasIndex: boolean; carried: string[]; covers: string[] }

/**
 * What was asked before a container ended: its own call is gone, so a native question or a permission prompt is moot and is asked
 * again; a question by tool stays open, and its answer comes as a message. True: nothing stays that the session waits for.
 */
const settleQuestions = (core: Core, s: SessionRow): Promise<boolean> => core.commit(async (tx) => {
  const asked = (await tx.openQuestions()).filter((q) => q.from.kind === 'session' && q.from.id === s.id)
  const now = await tx.now()
  for (const q of asked.filter((a) => a.origin === 'native' || a.origin === 'permission')) {
    await tx.putMessage({ ...q, state: 'withdrawn', answerText: 'Its container was started again.', answeredAt: now })
    await tx.event({ type: 'message.withdrawn', session: s.id, actor: system('start'), data: { message: q.id, reason: 'its container was started again' } })
  }
  return !asked.some((a) => a.origin === 'tool')
})

export const makeSeed = async (core: Core, f: SeedFacts): Promise<link.Seed> => {
  const { session: s, settings } = f
  const resume = s.conversationStarted
  const sessions = await core.store.read.sessions()
  const [git, target, text, run, goOn] = await Promise.all([
    core.repository.seedGit(s.id), s.target ? core.repository.branchTip(s.target) : null, s.role === 'executor' ? brief(core, f, sessions) : null,
    setupRun(core, s, settings), resume ? settleQuestions(core, s) : true,
  ])
  return link.Seed.parse({
    protocol: link.AGENT_PROTOCOL, session: s.id, role: s.role, title: s.title, project: core.name, profile: 'claude', permissionMode: s.permissionMode,
    conversation: s.conversation, resume, goOn, brief: text, setupCommand: run ? settings.setupCommand : null, setupRun: run, run: null, paired: s.paired,
    git: {
      objects: git.objects, branch: f.branch, base: f.base, tip: f.tip, config: git.config, excludes: git.excludes, refs: shownRefs(sessions, target), hasIndex: f.hasIndex,
      authorName: git.authorName, authorEmail: git.authorEmail,
    },
  })
}
