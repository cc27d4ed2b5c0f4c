/** Brings a session up, for the first time or again. Every step finds what an earlier attempt left. */
import { setTimeout as sleep } from 'node:timers/promises'
import { problem } from '@orchestra/contracts'
import type { Problem, Result, SessionId, Sha, StartStep } from '@orchestra/contracts'
import type { SessionRow } from '../../domain/rows.ts'
import type { WorktreeSpec } from '../../ports/repository.ts'
import type { Core } from '../core.ts'
import { Away, isAway, must, system } from '../core.ts'
import { makeSeed } from './seed.ts'
import { failStart } from './failure.ts'

/** A step said no; the person gets its name and the log. */
export class StepFailed extends Error {
  override name = 'StepFailed'
  readonly step: StartStep
  readonly problem: Problem
  constructor(step: StartStep, why: Problem) {
    super(why.message)
    this.step = step
    this.problem = why
  }
}

const step = async <T>(name: StartStep, work: Promise<Result<T>>): Promise<T> => {
  const result = await work
  if (!result.ok && isAway(result.problem.code)) throw new Away(result.problem.message)
  if (!result.ok) throw new StepFailed(name, result.problem)
  return result.value
}

/** All settle before the first failure is thrown: nothing runs on beside a clean-up or a retry. */
const together = async (work: Promise<unknown>[]): Promise<void> => {
  const settled = await Promise.allSettled(work)
  const failed = settled.filter((s) => s.status === 'rejected').map((s) => s.reason as unknown)
  const first = failed.find((e) => e instanceof StepFailed) ?? failed[0]
  if (first !== undefined) throw first
}

type Ground = { branch: string; base: Sha; tip: Sha; index: Buffer | null; carried: string[]; covers: string[] }

/** An executor's files. `filled` in the row (it was told a tip) means that an agent has worked there: never written over. */
const executorGround = (core: Core, s: SessionRow, carry: string[]) => {
  const spec = specOf(s)
  const filled = s.toldTip !== null
  const folder = filled ? checkWorktree(core, spec) : step('branch', core.repository.addWorktree(spec))
  const files = folder.then(async (): Promise<Ground> => {
    const written = filled ? { carried: s.carried, submodules: s.covers } : await step('worktree', core.repository.fillWorktree(spec, carry))
    const [index, tip] = await Promise.all([core.repository.worktreeIndex(spec.path), core.repository.branchTip(spec.branch)])
    return { branch: spec.branch, base: spec.base, tip: tip ?? spec.base, index, carried: written.carried, covers: written.submodules }
  })
  return { folder, files }
}

const checkWorktree = async (core: Core, spec: WorktreeSpec): Promise<void> => {
  const state = await core.repository.worktreeState(spec.session, spec.path)
  if (state !== 'ok') {
    throw new StepFailed('worktree', problem('wrong_state', state === 'missing' ? `The folder ${spec.path} is gone.` : `${spec.path}/.git no longer names our worktree.`, {
      about: spec.session, next: 'Rebuild it: files that are there stay, and what is missing is made again from its imported commits and newest snapshot.',
    }))
  }
}

/** The designer reads the mirror; its files are brought up to the checkout before it starts. */
const designerGround = (core: Core) => {
  const files = core.repository.syncMirror().then((mirror): Ground => {
    if (!mirror.head) throw new StepFailed('worktree', problem('unsupported_repository', 'The repository has no commit yet.', { next: 'Make a first commit, then retry.' }))
    return { branch: mirror.branch ?? 'detached', base: mirror.head, tip: mirror.head, index: null, carried: [], covers: [] }
  })
  return { folder: files.then(() => undefined), files }
}

export const specOf = (s: SessionRow): WorktreeSpec => {
  if (!s.branch || !s.baseSha || !s.worktree) throw new Error(`${s.id} has no branch, base or worktree`)
  return { session: s.id, branch: s.branch, base: s.baseSha, path: s.worktree, target: s.target }
}

const setStep = (core: Core, id: SessionId, name: StartStep): Promise<void> => core.commit(async (tx) => {
  const row = await tx.session(id)
  if (!row || row.phase !== 'starting' || row.startStep === name) return
  await tx.putSession({ ...row, startStep: name, lastEventAt: await tx.now() })
  await tx.event({ type: 'session.step', session: id, actor: system('start'), data: { step: name, text: '' } })
})

const registriesWithinMs = 30_000
/** A setup command that installs would be refused by a relay that does not know the image's registries yet: at a project's first start alone. */
const registriesKnown = async (core: Core, s: SessionRow, setupCommand: string | null): Promise<void> => {
  if (s.role !== 'executor' || s.conversationStarted || setupCommand === null) return
  const late = new AbortController()
  await Promise.race([core.egressKnown.reached, sleep(registriesWithinMs, undefined, { signal: late.signal }).catch(() => undefined)]).finally(() => late.abort())
}

/**
 * Socket, folder and files at the same time; the container as soon as socket and folder stand; the seed, which lets agentd go
 * on, when the files are there. A container of before finds the new seed already written: it would start on the old one.
 */
export const startSession = async (core: Core, id: SessionId): Promise<void> => {
  const s = await core.store.read.session(id)
  if (!s || s.phase !== 'starting') return
  const settings = core.outside.settings(await core.store.read.settings())
  const again = s.toldTip !== null
  const { folder, files } = s.role === 'designer' ? designerGround(core) : executorGround(core, s, settings.carry)
  const socket = step('relay', core.bus.openSession(id, s.role))
  const seedFolder = (again ? core.files.clearSeed(id) : Promise.resolve()).then(() => core.files.prepareSeed(id))
  const seeded = Promise.all([files, seedFolder, registriesKnown(core, s, settings.setupCommand)]).then(async ([ground]) => {
    const seed = await makeSeed(core, { session: s, settings, ...ground, hasIndex: ground.index !== null })
    await core.files.writeSeed(id, seed, ground.index)
    return ground
  })
  const covers = again ? s.covers : core.outside.facts().submodules
  const resources = { memoryMb: settings.memoryMb, cpus: settings.cpus, pids: settings.pids }
  const container = Promise.all([folder, socket, seedFolder, again ? seeded : null]).then(async () => {
    const named = setStep(core, id, 'container')
    const fact = await step('container', core.runtime.ensure({ project: core.project, session: id, role: s.role, resources, paired: s.paired, covers, cli: s.cliVersion }))
    await named
    return fact
  })
  try {
    await together([folder, files, socket, seedFolder, seeded, container])
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    return failStart(core, id, error.step, error.problem)
  }
  await handedOver(core, id, await seeded, (await container).state)
}

/** From here agentd reports; see reports/progress. */
const handedOver = (core: Core, id: SessionId, ground: Ground, state: NonNullable<SessionRow['container']>): Promise<void> => core.commit(async (tx) => {
  const row = await tx.session(id)
  if (!row) return
  const now = await tx.now()
  const told = { tip: ground.tip, toldTip: ground.tip, baseSha: row.baseSha ?? ground.base, carried: ground.carried, covers: ground.covers, container: state, containerAt: now }
  const atContainer = row.phase === 'starting' && row.startStep !== 'setup' && row.startStep !== 'cli'
  await tx.putSession({ ...row, ...told, ...(atContainer ? { startStep: 'cli' as const } : {}) })
})

/** The start was tried often enough: what went wrong is shown instead. */
export const startGaveUp = async (core: Core, id: SessionId, error: unknown): Promise<void> => {
  const row = await core.store.read.session(id)
  const words = error instanceof Error ? error.message : String(error)
  await failStart(core, id, row?.startStep ?? 'branch', problem('engine_failed', `The start failed: ${words}`, { about: id }))
}

export const stopContainer = async (core: Core, id: SessionId): Promise<void> => { must(await core.runtime.stop(id)) }
