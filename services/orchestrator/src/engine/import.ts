/** Work comes back: packs of commits and snapshots. */
import { EventEmitter, once } from 'node:events'
import type { Readable } from 'node:stream'
import type { link, SessionId, Sha } from '@orchestra/contracts'
import type { SessionRow } from '../domain/rows.ts'
import type { ImportOutcome } from '../ports/repository.ts'
import type { Core } from './core.ts'
import { background, system } from './core.ts'
import { diffAhead } from './diffs.ts'
import { showRefs } from './follow.ts'
import { lookForNested } from './nested.ts'
import { refreshStat } from './stat.ts'
import { specOf } from './start/start.ts'

type Reply = link.PushReply
type Kind = 'commits' | 'snapshot'
const arrivals = new WeakMap<Core, EventEmitter>()
const arrivalsOf = (core: Core): EventEmitter => {
  const all = arrivals.get(core) ?? new EventEmitter().setMaxListeners(0)
  arrivals.set(core, all)
  return all
}

/** Asks the agent for all it has, and waits until its snapshot was taken. False: it did not come in time, or nobody could be asked. */
export const fetchLatest = async (core: Core, id: SessionId, waitMs: number): Promise<boolean> => {
  const taken = once(arrivalsOf(core), `snapshot ${id}`, { signal: AbortSignal.timeout(waitMs) }).then(() => true, () => false)
  const asked = await core.bus.control(id, { type: 'sync' })
  return asked.ok && taken
}
const refused = (reason: string): Reply => ({ accepted: false, tip: null, reason })

/** Bytes of an agent: taken one pack at a time per session, answered when committed. */
export const receivePack = (core: Core, id: SessionId, kind: Kind, sha: Sha, head: Sha, body: Readable): Promise<Reply> => core.alone(id, async () => {
  const row = await core.store.read.session(id)
  if (!row || row.phase === 'deleted') { body.resume(); return refused('This session is deleted.') }
  if (row.role !== 'executor') { body.resume(); return refused('Only executors bring commits.') }
  const reply = await (kind === 'commits' ? takeCommits(core, row, sha, body) : takeSnapshot(core, row, sha, head, body))
  if (reply.accepted) arrivalsOf(core).emit(`${kind} ${id}`)
  return reply
})

/** Commits of a container that is gone, read from its volume: as untrusted as any pack. */
export const rescueCommits = (core: Core, id: SessionId): Promise<void> => core.alone(id, async () => {
  const row = await core.store.read.session(id)
  if (!row?.tip || !row.baseSha || row.role !== 'executor') return
  const found = await core.runtime.rescue({ project: core.project, session: id, known: [row.tip, row.baseSha] })
  if (!found.ok) { if (found.problem.code !== 'session_unknown') core.report(`rescuing commits of ${id}`, found.problem.message); return }
  if (found.value.tip === row.tip) { found.value.pack.resume(); return }
  await takeCommits(core, row, found.value.tip, found.value.pack)
})

/** Uncommitted work of a container that is gone, read from its worktree. False: it could not be read, or was refused. */
export const rescueFiles = (core: Core, id: SessionId): Promise<boolean> => core.alone(id, async () => {
  const row = await core.store.read.session(id)
  if (!row?.tip || !row.baseSha || row.role !== 'executor') return false
  const found = await core.runtime.rescueSnapshot({ project: core.project, session: id, known: [row.tip, row.baseSha] })
  if (!found.ok) { core.report(`rescuing files of ${id}`, `${found.problem.message} ${found.problem.detail ?? ''}`); return false }
  const { sha, head, pack } = found.value
  return (await takeSnapshot(core, row, sha, head, pack)).accepted
})

const takeCommits = async (core: Core, row: SessionRow, sha: Sha, body: Readable): Promise<Reply> => {
  const outcome = await core.repository.importCommits(specOf(row), body, sha, row.carried)
  await recordCommits(core, row.id, sha, outcome)
  if (outcome.kind === 'imported') {
    background(core, 'counting what changed', refreshStat(core, row.id))
    background(core, 'showing refs', showRefs(core))
    background(core, 'looking for nested repositories', lookForNested(core, row.id))
  }
  switch (outcome.kind) {
    case 'imported': return { accepted: true, tip: outcome.tip }
    case 'nothing': return { accepted: true, tip: outcome.tip }
    case 'diverged': return { accepted: false, tip: outcome.tip, reason: 'The branch got commits of its own on the host. Yours are kept; merge refs/orchestra/host into your branch.' }
    case 'waiting': return { accepted: false, tip: row.tip, reason: outcome.reason }
    case 'rejected': return { accepted: false, tip: row.tip, reason: outcome.reason }
    case 'need-full': return { accepted: false, tip: row.tip, needFull: true }
  }
}

/** An agent offers a refused or diverged commit again at every round: each is recorded once. */
const recordCommits = async (core: Core, id: SessionId, sha: Sha, o: ImportOutcome): Promise<void> => {
  if (o.kind === 'need-full' || o.kind === 'nothing') return
  await core.commit(async (tx) => {
    const row = await tx.session(id)
    if (!row) return
    const now = await tx.now()
    const by = { session: id, actor: system('import') }
    if (o.kind === 'imported') {
      const badges = [...new Set([...row.badges.filter((b) => b !== 'diverged' && b !== 'import waiting'), ...o.flags])]
      await tx.putSession({ ...row, tip: o.tip, toldTip: o.tip, diffVersion: row.diffVersion + 1, badges, lastEventAt: now, lastActivity: `Committed ${o.commits} commit${o.commits === 1 ? '' : 's'}` })
      await tx.event({ type: 'import.commits', ...by, data: { tip: o.tip, commits: o.commits, flags: o.flags, pinned: o.pinned } })
    } else if (o.kind === 'diverged') {
      if (!row.badges.includes('diverged') || row.tip !== o.tip) await tx.putSession({ ...row, tip: o.tip, badges: [...new Set([...row.badges, 'diverged'])], lastEventAt: now })
      await tx.event({ type: 'import.diverged', ...by, source: `diverged ${o.pinned} ${o.tip}`, data: { tip: o.tip, pinned: o.pinned } })
    } else if (o.kind === 'waiting') {
      if (row.badges.includes('import waiting')) return
      await tx.putSession({ ...row, badges: [...row.badges, 'import waiting'], lastEventAt: now })
      await tx.event({ type: 'import.waiting', ...by, data: { reason: o.reason } })
    } else await tx.event({ type: 'import.rejected', ...by, source: `rejected ${sha}`, data: { reason: o.reason } })
  })
}

/** The page hears of the new version at once; the counts follow. */
const takeSnapshot = async (core: Core, row: SessionRow, sha: Sha, head: Sha, body: Readable): Promise<Reply> => {
  const outcome = await core.repository.importSnapshot(row.id, body, sha, head)
  if (outcome.kind === 'need-full') return { accepted: false, tip: row.tip, needFull: true }
  if (outcome.kind === 'rejected' || outcome.kind === 'waiting') return { accepted: false, tip: row.tip, reason: outcome.reason }
  diffAhead(core, row.id)
  const newest = await core.repository.newestSnapshot(row.id)
  await core.commit(async (tx) => {
    const now = await tx.session(row.id)
    if (!now || now.snapshotTree === newest?.tree) return
    await tx.putSession({ ...now, snapshotTree: newest?.tree ?? null, diffVersion: now.diffVersion + 1, lastEventAt: await tx.now() })
  })
  background(core, 'counting what changed', refreshStat(core, row.id))
  return { accepted: true, tip: row.tip }
}
