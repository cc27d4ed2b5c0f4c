/** A fresh container on a merged tree: made, watched to its end, and gone without a trace but its log. */
import { link } from '@orchestra/contracts'
import type { ProjectSettings, Result, RunId, SessionId, Sha } from '@orchestra/contracts'
import { fail, ok } from '@orchestra/contracts'
import { newSession } from '../../domain/new-rows.ts'
import type { RunRow } from '../../domain/rows.ts'
import type { Core } from '../core.ts'
import { must, system } from '../core.ts'
import type { Bells } from './bells.ts'
import { endRun, isOver } from './rows.ts'

/** How often the container is looked at while nothing is heard of its run. */
const lookMs = 5000
/** A container's last words may still be on their way when it is seen to have ended. */
const graceMs = 3000

export type CheckSpec = { session: SessionId; run: RunId; tree: Sha; base: Sha; target: string; commands: string[]; settings: ProjectSettings }

/** The row that the relay's reports and the reconciler find; it never shows in the page. */
const putRow = (core: Core, c: CheckSpec): Promise<void> => core.commit(async (tx) => {
  const now = await tx.now()
  const fresh = newSession({ id: c.session, projectId: core.project, role: 'check', title: 'Checks', instructions: '', permissionMode: 'bypass', paired: false, phase: 'running', conversation: c.run, createdBy: system('merges'), now })
  await tx.putSession({ ...fresh, ...(await tx.session(c.session)), phase: 'running', deletedAt: null })
})

const seedOf = async (core: Core, c: CheckSpec): Promise<link.Seed> => {
  const git = await core.repository.seedGit(c.session)
  return link.Seed.parse({
    protocol: link.AGENT_PROTOCOL, session: c.session, role: 'check', title: 'Checks', project: core.name, profile: 'claude', permissionMode: 'bypass',
    conversation: c.run, resume: false, brief: null, setupCommand: null, setupRun: null, run: { id: c.run, commands: c.commands }, paired: false,
    git: { objects: git.objects, branch: c.target, base: c.base, tip: c.base, config: [], excludes: '', refs: {}, hasIndex: false, authorName: git.authorName, authorEmail: git.authorEmail },
  })
}

export const startCheckSession = async (core: Core, c: CheckSpec): Promise<Result<void>> => {
  await putRow(core, c)
  const folder = await core.files.clearCheck(c.session)
  const [exported, opened, seed] = await Promise.all([
    core.repository.exportTree(c.tree, folder, c.settings.carry), core.bus.openSession(c.session, 'check'), seedOf(core, c), core.files.prepareSeed(c.session),
  ])
  if (!exported.ok) return exported
  if (!opened.ok) return opened
  await core.files.writeSeed(c.session, seed, null)
  const { memoryMb, cpus, pids } = c.settings
  const made = await core.runtime.ensure({ project: core.project, session: c.session, role: 'check', resources: { memoryMb, cpus, pids }, paired: false, covers: [], cli: null })
  return made.ok ? ok(undefined) : fail(made.problem)
}

export const endCheckSession = async (core: Core, session: SessionId): Promise<void> => {
  must(await core.runtime.remove(session, true))
  must(await core.bus.closeSession(session, true))
  await core.files.removeSeed(session)
  await core.files.clearCheck(session)
  await core.commit(async (tx) => {
    const row = await tx.session(session)
    if (row) await tx.putSession({ ...row, phase: 'deleted', deletedAt: await tx.now() })
  })
}

const endedText = async (core: Core, session: SessionId): Promise<string | null> => {
  const listed = must(await core.runtime.list())
  const fact = listed.containers.find((c) => c.session === session)
  if (!fact) return 'Its container is gone.'
  if (fact.state !== 'exited') return null
  return fact.oomKilled ? 'Its container ran out of memory.' : `Its container ended with exit code ${fact.exitCode ?? 'unknown'} before the checks did.`
}

/** The run's row when it is over, however it ended. */
export const runEnd = async (core: Core, bells: Bells, session: SessionId, id: RunId): Promise<RunRow> => {
  const read = async (): Promise<RunRow> => {
    const row = await core.store.read.run(id)
    if (!row) throw new Error(`run ${id} is not recorded`)
    return row
  }
  for (;;) {
    const row = await read()
    if (isOver(row)) return row
    await bells.wait(id, lookMs)
    if (isOver(await read()) || (await endedText(core, session)) === null) continue
    await bells.wait(id, graceMs)
    const lastLine = await endedText(core, session)
    if (lastLine === null) continue
    await core.commit(async (tx) => endRun(tx, id, { status: 'failed', exitCode: null, lastLine }, await tx.now(), system('runs')))
  }
}
